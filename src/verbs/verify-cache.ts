import { defaultCacheDir, openCache } from '../cache/cache-folder.ts';
import { judgeName } from '../cache/entries/judge.ts';
import { listNames } from '../cache/entries/names-on-disk.ts';
import { readEntry } from '../cache/entries/read.ts';
import type { EntryVerdict } from '../cache/entries/verify.ts';
import type { Log } from '../contracts/log.ts';
import { defined } from '../kit/defined.ts';
import { type OriginVerdict, proveAgain } from '../line/trust/prove-again.ts';
import type { BoundParts } from '../parts/bind.ts';

export interface VerifyCacheOptions {
  cacheDir?: string | undefined;
  /** Restore mode and recorded mtime where only those were changed. */
  repair?: boolean | undefined;
  /** The clock for expiry of keys; default: now. */
  now?: Date | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
}

/** One disk of the cache, looked at to its last byte. */
export interface VerifiedEntry {
  name: string;
  path: string;
  /**
   * `repaired`: it was touched, and mode and mtime are as recorded again. `leftover`: no disk, only files that a call that
   * was killed left beside where one was to be.
   */
  state: EntryVerdict['state'] | 'repaired' | 'leftover';
  reason?: string;
  /** Absent where the disk itself is damaged. */
  origin?: OriginVerdict;
}

export type VerifyCache = (options?: VerifyCacheOptions) => AsyncIterable<VerifiedEntry>;

/** `verifyCache` of the given parts: every disk against its record, and its origin against the kept documents; no request. */
export function bindVerifyCache(parts: BoundParts): VerifyCache {
  return async function* verifyCache(options = {}) {
    const { repair = false, now = new Date(), log = () => {} } = options;
    const signal = options.signal ?? new AbortController().signal;
    const cache = await openCache(options.cacheDir ?? defaultCacheDir(), {
      readOnly: !repair,
      log,
    });
    for (const { name } of await listNames(cache)) {
      signal.throwIfAborted();
      const judged = await judgeName(cache, name, { repair, signal });
      // Removed since the folder was read.
      if (judged === undefined) continue;
      const { record, state, reason } = judged;
      const path = cache.pathOf(name);
      const isProvable = record !== undefined && state !== 'damaged' && state !== 'leftover';
      const entry = (await readEntry(cache, name)) ?? (record && { name, path, record });
      const origin =
        isProvable && entry !== undefined
          ? await proveAgain(parts, cache, entry, { signal, log, now })
          : undefined;
      yield { name, path, state, ...defined({ reason, origin }) };
    }
  };
}
