import { defaultCacheDir, openCache } from '../cache/cache-folder.ts';
import { listEntries } from '../cache/entries/list.ts';
import { readEntry } from '../cache/entries/read.ts';
import { type EntryVerdict, repairEntry, verifyEntry } from '../cache/entries/verify.ts';
import { tryLockName } from '../cache/locks/name-lock.ts';
import type { Log } from '../contracts/log.ts';
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
  /** `repaired`: it was touched, and mode and mtime are as recorded again. */
  state: EntryVerdict['state'] | 'repaired';
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
    for (const { name, path, record, state, defect } of await listEntries(cache)) {
      signal.throwIfAborted();
      if (record === undefined) {
        yield { name, path, state: 'damaged', reason: defect ?? state };
        continue;
      }
      const verdict = await verifyEntry({ path, record }, { signal });
      if (verdict.state === 'damaged') {
        yield { name, path, ...verdict };
        continue;
      }
      const isRepaired = repair && verdict.state === 'touched' && (await repaired(name));
      const entry = (await readEntry(cache, name)) ?? { name, path, record };
      const origin = await proveAgain(parts, cache, entry, { signal, log, now });
      yield { name, path, ...(isRepaired ? { state: 'repaired' } : verdict), origin };

      async function repaired(of: string): Promise<boolean> {
        const lock = await tryLockName(cache, of);
        // The lock holder is making this entry again.
        if (lock === undefined || record === undefined) return false;
        try {
          await repairEntry(cache, { name: of, path, record });
          return true;
        } finally {
          await lock.release();
        }
      }
    }
  };
}
