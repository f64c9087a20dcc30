import type { Limits } from '../contracts/limits.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import { defined } from '../kit/defined.ts';
import { checkObject } from './check-options.ts';
import { object } from './option-kinds.ts';

/**
 * Default options of every call. Each verb reads the ones that it knows: `ensureImage`, `ensureImages`,
 * `resolveImage` and `listImages` read all of them; `convertImage` and `inspectImage` read `allow`, `limits`,
 * `signal`, `log` and `scratchDir`; `verifyCache` reads `mirrors`, `ca`, `limits`, `cacheDir`, `offline`, `signal`,
 * `log`, `onProgress` and `now`; `verifyDocument` reads `now`; `exportLock` and the verbs on the cache such as
 * `listCache` read `cacheDir`, `signal` and `log`; `exportLock` and `listLocked` read `lockfile`; `cloneDisk` and
 * `openDisk` read `signal` and `log`.
 */
export interface RootdiskDefaults extends Omit<EnsureOptions, 'digest' | 'tiers'> {
  /** Folder for the scratch files of `convertImage` and `inspectImage`. */
  scratchDir?: string | undefined;
}

/** Options that are merged key by key. */
interface KeyedOptions {
  limits?: Partial<Limits> | undefined;
  mirrors?: Record<string, string> | undefined;
  parameters?: Record<string, string> | undefined;
}

/**
 * Merges the options of one call into the defaults. `limits`, `mirrors` and `parameters` are merged key by key; every
 * other option is replaced as a whole. An `undefined` in the call's options does not remove a default.
 */
export function startFrom<T extends KeyedOptions>(defaults: NoInfer<T>, own: T | undefined): T {
  const { limits, mirrors, parameters } = defaults;
  const merged = defined({
    limits: mergeKeys(limits, own?.limits),
    mirrors: mergeKeys(mirrors, own?.mirrors),
    parameters: mergeKeys(parameters, own?.parameters),
  });
  return { ...takeWhole(defaults, own), ...merged };
}

/** Like `startFrom`, without the key-by-key merge. */
export function takeWhole<T extends object>(defaults: Partial<NoInfer<T>>, own: T | undefined): T {
  if (own !== undefined) checkObject('options', own);
  // A copy without some optional keys still has the same type.
  return { ...defined(defaults), ...defined(own ?? {}) } as T;
}

function mergeKeys<T extends object>(
  defaults: T | undefined,
  own: T | undefined,
): object | undefined {
  if (own === undefined) return defaults;
  // A value that is not an object is refused where the options are read.
  if (defaults === undefined || !object.is(own)) return own;
  return { ...defaults, ...defined(own) };
}
