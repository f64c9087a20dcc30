import type { Extents } from '../bytes/extents.ts';
import { imagesDirOf } from '../cache/cache.ts';
import { defaultCacheDir } from '../cache/cache-folder.ts';
import { restoreDigestTable } from '../cache/entries/blocks-file.ts';
import { judgeName, type RemadeFrom } from '../cache/entries/judge.ts';
import { listNames } from '../cache/entries/names-on-disk.ts';
import { lookAt, readEntry } from '../cache/entries/read.ts';
import type { EntryVerdict } from '../cache/entries/verify.ts';
import type { TransportOptions } from '../contracts/options.ts';
import type { OnProgress } from '../contracts/progress.ts';
import { defined } from '../kit/defined.ts';
import { openCall } from '../line/call.ts';
import { describeRemade, remake } from '../line/repair/remake.ts';
import { type OriginVerdict, proveAgain } from '../line/trust/prove-again.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface VerifyCacheOptions extends TransportOptions {
  /**
   * Restore mode and recorded mtime where only those were changed, and make damaged disks again: the damaged blocks alone
   * from what the cache keeps of the source, else the whole disk from the addresses in the record. Only bytes with the
   * recorded digests are used. The new file replaces the damaged one in one step: a process that has the damaged file
   * open, such as a hypervisor, reads it until it opens the path again.
   */
  repair?: boolean | undefined;
  /** No request at all: a damaged disk is made again only from a kept download or a local file. */
  offline?: boolean | undefined;
  /** The clock for expiry of keys; default: now. */
  now?: Date | undefined;
  /** Hears how far a disk is that is made again. */
  onProgress?: OnProgress | undefined;
}

/** One disk of the cache, looked at to its last byte. */
export interface VerifiedEntry {
  name: string;
  path: string;
  /**
   * `repaired`: it was touched, and mode and mtime are as recorded again; or it was damaged and was made again, and
   * `reason` says from what. `leftover`: no disk, only files that a call that was killed left beside where one was to be.
   */
  state: EntryVerdict['state'] | 'repaired' | 'leftover';
  reason?: string;
  /**
   * Where a damaged disk differs from the one that was published: offset and length in bytes, in whole blocks of 1 MiB.
   * Absent where the digests of its blocks are not kept.
   */
  damage?: Extents;
  /**
   * What a repair made a damaged disk again from: a file that the cache keeps of its source, or the network. `blocks` says how
   * many blocks of 1 MiB were made where only the damaged ones were.
   */
  remade?: RemadeFrom;
  /** Absent where the disk itself is damaged. */
  origin?: OriginVerdict;
}

export type VerifyCache = (options?: VerifyCacheOptions) => AsyncIterable<VerifiedEntry>;

/**
 * `verifyCache` of the given parts: every disk against its record, and its origin against the kept documents. Makes no
 * request, unless `repair` finds a damaged disk. Digests of blocks that are not kept beside an intact disk are made.
 */
export function bindVerifyCache(parts: BoundParts): VerifyCache {
  return async function* verifyCache(given = {}) {
    checkOptions(given, optionKinds.verifyCache);
    const { repair = false, ...options } = given;
    const imagesDir = imagesDirOf(options.cacheDir ?? defaultCacheDir());
    // A look at a cache that is not there does not make it.
    const readOnly = !repair && (await lookAt(imagesDir)) === undefined;
    const call = await openCall(parts, 'cache', safeListeners(options), { readOnly });
    const { cache, signal } = call;
    const { log, now } = call.options;
    for (const { name } of await listNames(cache)) {
      signal.throwIfAborted();
      const judged = await judgeName(cache, name, {
        repair,
        signal,
        remake: async (record, damage) => {
          const { from, blocks, ...about } = await remake(call, record, damage);
          const reason = describeRemade({ from, ...defined({ blocks }), ...about });
          return { reason, remade: { from, ...defined({ blocks }) } };
        },
      });
      // Removed since the folder was read.
      if (judged === undefined) continue;
      const { record, state, reason, damage, remade } = judged;
      const path = cache.pathOf(name);
      const isProvable = record !== undefined && state !== 'damaged' && state !== 'leftover';
      if (isProvable) await restoreDigestTable(cache, { name, path, record }, signal);
      const entry = (await readEntry(cache, name)) ?? (record && { name, path, record });
      const origin =
        isProvable && entry !== undefined
          ? await proveAgain(parts, cache, entry, { signal, log, now })
          : undefined;
      yield { name, path, state, ...defined({ reason, damage, remade, origin }) };
    }
  };
}
