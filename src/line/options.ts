import type { Allowance } from '../contracts/allowance.ts';
import type { Arch } from '../contracts/arch.ts';
import type { Limits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import type { EnsureOptions } from '../contracts/options.ts';
import type { OnProgress } from '../contracts/progress.ts';
import { type Digest, type GivenKeys, type TrustLevel, trustLevels } from '../contracts/proof.ts';
import type { Tier } from '../contracts/tier.ts';
import { UsageError } from '../errors.ts';
import { hostArch, parseArch } from '../kit/arch.ts';
import { readDigest } from '../kit/digest.ts';
import { hasDoubtfulPassword, shownText } from '../kit/public-url.ts';
import { bindTiers } from '../parts/bind.ts';
import { readAge } from '../parts/read-age.ts';
import { readAllow } from '../parts/read-allow.ts';
import { readLimits } from '../parts/read-limits.ts';

/** The parsed `EnsureOptions`: a member is optional only if it may really be absent. */
export interface CallOptions {
  arch: Arch;
  variant: string | undefined;
  parameters: Record<string, string>;
  now: Date;
  from: readonly string[];
  /** `raw`, `source` or the id of a writer. */
  format: string;
  trust: 'auto' | TrustLevel;
  digest: Digest | undefined;
  lockfile: string | undefined;
  catalog: string | undefined;
  /** Path of the bundle catalog. */
  bundles: string | undefined;
  /** Digests that a lock file requires; empty without one. */
  pins: readonly Digest[];
  keys: GivenKeys;
  /** In milliseconds. */
  maxAge: number | undefined;
  allow: readonly Allowance[];
  allowOlder: boolean;
  offline: boolean;
  refresh: boolean;
  verify: boolean;
  boot: boolean | 'disk';
  kernelFormat: 'published' | 'raw';
  keepSource: boolean;
  decode: 'streaming' | 'after-verify';
  connections: number;
  /** Instead of the bound ones. */
  tiers: readonly Tier[] | undefined;
  /** In bytes. */
  cacheBudget: number | undefined;
  mirrors: Record<string, string>;
  ca: string[];
  limits: Limits;
  signal: AbortSignal | undefined;
  onProgress: OnProgress | undefined;
  log: Log;
  cacheDir: string | undefined;
}

/** Parses the options that passed `checkOptions`; throws `ERR_INVALID_REQUEST`, which names the option. */
export function parseOptions(options: EnsureOptions): CallOptions {
  if (options.offline === true && options.refresh === true) {
    throw invalid('offline', 'offline and refresh (--offline, --refresh) cannot be used together');
  }
  return {
    arch: options.arch === undefined ? hostArch() : parseArch(options.arch),
    variant: options.variant,
    parameters: readParameters(options.parameters ?? {}),
    now: options.now ?? new Date(),
    from: [...(options.from ?? [])],
    format: options.format ?? 'raw',
    trust: oneOf('trust', options.trust ?? 'auto', ['auto', ...trustLevels]),
    digest: options.digest === undefined ? undefined : readDigest(options.digest),
    lockfile: options.lockfile,
    catalog: options.catalog,
    bundles: options.bundles,
    pins: [],
    keys: readKeys(options.keys ?? []),
    maxAge: readMaxAge(options.maxAge ?? false),
    allow: readAllow(options.allow ?? []),
    allowOlder: options.allowOlder ?? false,
    offline: options.offline ?? false,
    refresh: options.refresh ?? false,
    verify: options.verify ?? false,
    boot: options.boot ?? false,
    kernelFormat: oneOf('kernelFormat', options.kernelFormat ?? 'published', ['published', 'raw']),
    keepSource: options.keepSource ?? false,
    decode: oneOf('decode', options.decode ?? 'streaming', ['streaming', 'after-verify']),
    connections: parseConnections(options.connections ?? 1),
    tiers: options.tiers && bindTiers(options.tiers),
    cacheBudget: readBudget(options.cacheBudget),
    mirrors: { ...options.mirrors },
    ca: options.ca === undefined ? [] : [options.ca].flat(),
    limits: readLimits(options.limits ?? {}),
    signal: options.signal,
    onProgress: options.onProgress,
    log: options.log ?? (() => {}),
    cacheDir: options.cacheDir,
  };
}

function readParameters(parameters: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(parameters)) {
    if (!hasDoubtfulPassword(value)) continue;
    throw invalid(
      'parameters',
      `the address ${shownText(value)} of the parameter ${name} can be read in two ways`,
      'Write "/", "?", "#" and "@" of a user name or password as %2F, %3F, %23 and %40, and "@" of a path as %40.',
    );
  }
  return { ...parameters };
}

function readKeys(keys: NonNullable<EnsureOptions['keys']>): GivenKeys {
  if (Array.isArray(keys)) return { keys: [...keys], replace: false };
  const { add = [], replace } = keys;
  return { keys: [...(replace ?? []), ...add], replace: replace !== undefined };
}

function readMaxAge(age: number | string | false): number | undefined {
  return age === false ? undefined : readAge(age, 'maxAge');
}

function parseConnections(connections: number): number {
  const isCount = Number.isInteger(connections) && connections >= 1 && connections <= 16;
  if (isCount) return connections;
  throw invalid('connections', 'connections must be a whole number from 1 to 16');
}

function readBudget(bytes: number | undefined): number | undefined {
  if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)) return bytes;
  throw invalid('cacheBudget', 'cacheBudget must be a whole number of bytes, not negative');
}

function oneOf<T extends string>(field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw invalid(
    field,
    `${field} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`,
  );
}

function invalid(
  field: string,
  message: string,
  hint = 'Correct the option and call again.',
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint,
    details: { field },
  });
}
