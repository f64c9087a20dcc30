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
   * Restore mode and recorded mtime if only those were changed, and make damaged disks again: only the damaged blocks
   * from the cached source, else the whole disk from the addresses in the record. Only bytes with the recorded
   * digests are used. The new file replaces the damaged one in one step: a process that has the damaged file open,
   * such as a hypervisor, reads it until it opens the path again.
   */
  repair?: boolean | undefined;
  /** Make no request: a damaged disk is made again only from a kept download or a local file. */
  offline?: boolean | undefined;
  /** The current time for the expiry of keys; default: now. */
  now?: Date | undefined;
  /** Receives the progress of a repair. */
  onProgress?: OnProgress | undefined;
}

/** One disk of the cache, read to its last byte. */
export interface VerifiedEntry {
  name: string;
  path: string;
  /**
   * `repaired`: it was touched, and mode and mtime were restored; or it was damaged and was made again, with the
   * source in `reason`. `leftover`: no disk, only companion files that a killed call left.
   */
  state: EntryVerdict['state'] | 'repaired' | 'leftover';
  reason?: string;
  /**
   * The ranges in which a damaged disk differs from the published one: offset and length in bytes, in whole blocks of
   * 1 MiB. Absent if the digests of its blocks are not kept.
   */
  damage?: Extents;
  /**
   * The source from which a repair made a damaged disk again: a cached file of its source, or the network. `blocks`
   * is the number of blocks of 1 MiB that were made, if only the damaged ones were.
   */
  remade?: RemadeFrom;
  /** Absent if the disk itself is damaged. */
  origin?: OriginVerdict;
}

export type VerifyCache = (options?: VerifyCacheOptions) => AsyncIterable<VerifiedEntry>;

/**
 * `verifyCache` for the given parts: checks every disk against its record, and its origin against the kept documents.
 * Makes no request, unless `repair` finds a damaged disk. Writes missing tables of block digests for intact disks.
 */
export function bindVerifyCache(parts: BoundParts): VerifyCache {
  return async function* verifyCache(given = {}) {
    checkOptions(given, optionKinds.verifyCache);
    const { repair = false, ...options } = given;
    const imagesDir = imagesDirOf(options.cacheDir ?? defaultCacheDir());
    // Checking a missing cache does not create it.
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
      // Removed after the folder was read.
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
