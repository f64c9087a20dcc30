import type { Limits } from '../contracts/limits.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import { defined } from '../kit/defined.ts';
import { checkObject } from './check-options.ts';
import { object } from './option-kinds.ts';

/**
 * Options that every call starts from. Each verb reads the ones that it knows: `ensureImage`, `ensureImages`,
 * `resolveImage` and `listImages` all of them; `convertImage` and `inspectImage` `allow`, `limits`, `signal`, `log` and `scratchDir`;
 * `verifyCache` `mirrors`, `ca`, `limits`, `cacheDir`, `offline`, `signal`, `log`, `onProgress` and `now`;
 * `verifyDocument` `now`; `listCache` and its like, and `exportLock`, `cacheDir`, `signal` and `log`;
 * `exportLock` and `listLocked` `lockfile`; `cloneDisk` and `openDisk` `signal` and `log`.
 */
export interface RootdiskDefaults extends Omit<EnsureOptions, 'digest' | 'tiers'> {
  /** Where `convertImage` and `inspectImage` put scratch files. */
  scratchDir?: string | undefined;
}

/** Options whose entries count one by one. */
interface KeyedOptions {
  limits?: Partial<Limits> | undefined;
  mirrors?: Record<string, string> | undefined;
  parameters?: Record<string, string> | undefined;
}

/**
 * The options of one call on top of the defaults. `limits`, `mirrors` and `parameters` are merged key by key, every other
 * option is taken whole; what is `undefined` in the call's own options does not erase a default.
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

/** The same without merged options: what the call gives is taken, and what it does not is the default. */
export function takeWhole<T extends object>(defaults: Partial<NoInfer<T>>, own: T | undefined): T {
  if (own !== undefined) checkObject('options', own);
  // A copy with some keys left out is of the same type still.
  return { ...defined(defaults), ...defined(own ?? {}) } as T;
}

function mergeKeys<T extends object>(
  defaults: T | undefined,
  own: T | undefined,
): object | undefined {
  if (own === undefined) return defaults;
  // What is no object is refused where the options are read.
  if (defaults === undefined || !object.is(own)) return own;
  return { ...defaults, ...defined(own) };
}
