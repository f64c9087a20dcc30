import { chmod, utimes } from 'node:fs/promises';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { hashDisk, hashFile } from '../digest/hash-disk.ts';
import { requireLock } from '../locks/name-lock.ts';
import { modes } from '../modes.ts';
import { type Entry, lookAt } from './read.ts';

/**
 * `intact`: as it was published. `touched`: the bytes are, but mode or mtime are not (`repairEntry` restores them).
 * `damaged`: it has to be fetched again.
 */
export interface EntryVerdict {
  state: 'intact' | 'touched' | 'damaged';
  reason?: string;
}

/**
 * Reads every byte of a disk and compares it with its record; data where the record knows none is damage too. Throws
 * `ERR_CACHE_IO` when it cannot be read; an abort rethrows its reason.
 */
export async function verifyEntry(
  { path, record }: Pick<Entry, 'path' | 'record'>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<EntryVerdict> {
  const { disk, source } = record;
  const stats = await lookAt(path);
  if (stats === undefined) return { state: 'damaged', reason: 'the file is missing' };
  if (!stats.isFile()) return { state: 'damaged', reason: 'it is not a regular file' };
  if (stats.size !== disk.sizeBytes) {
    return { state: 'damaged', reason: `it has ${stats.size} bytes, not ${disk.sizeBytes}` };
  }
  // The very file that was published upstream is held against upstream's digest.
  const same =
    disk.sha256 === source.sha256
      ? (await hashFile(path, signal)) === disk.sha256
      : (await hashDisk(path, undefined, signal)) === disk.contentDigest;
  if (!same) return { state: 'damaged', reason: 'its bytes are not those that were published' };
  if (stats.mtimeMs !== disk.mtimeMs) return { state: 'touched', reason: 'its mtime was changed' };
  if ((stats.mode & 0o777) !== modes.disk)
    return { state: 'touched', reason: 'its mode is not 0444' };
  return { state: 'intact' };
}

/** Restores mode and recorded mtime of a disk that `verifyEntry` found `touched`. Needs the lock of its name. */
export async function repairEntry(
  cache: Cache,
  { name, path, record }: Pick<Entry, 'name' | 'path' | 'record'>,
): Promise<void> {
  cache.requireWritable();
  await requireLock(cache, name);
  const seconds = record.disk.mtimeMs / 1000;
  await inCache(path, 'repair', async () => {
    await chmod(path, modes.disk);
    await utimes(path, seconds, seconds);
  });
}
