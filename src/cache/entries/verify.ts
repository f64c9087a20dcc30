import { chmod, utimes } from 'node:fs/promises';
import type { Extents } from '../../bytes/extents.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { type BlockDigests, contentBlockBytes, digestBlocks } from '../digest/content-digest.ts';
import { hashFile, tabulateDisk } from '../digest/hash-disk.ts';
import { requireLock } from '../locks/name-lock.ts';
import { modes } from '../modes.ts';
import { readDigestTable } from './blocks-file.ts';
import { type Entry, lookAt } from './read.ts';

/**
 * `intact`: as it was published. `touched`: the bytes are, but mode or mtime are not (`repairEntry` restores them).
 * `damaged`: it has to be fetched again.
 */
export interface EntryVerdict {
  state: 'intact' | 'touched' | 'damaged';
  reason?: string;
  /** Where its bytes differ, in whole blocks of 1 MiB; absent where the digests of its blocks are not kept. */
  damage?: Extents;
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
  const isUpstreams = disk.sha256 === source.sha256;
  if (!isUpstreams || (await hashFile(path, signal)) !== disk.sha256) {
    const { blocks, sizeBytes } = await tabulateDisk(path, undefined, signal);
    const hasDigest = digestBlocks(blocks, sizeBytes) === disk.contentDigest;
    if (isUpstreams || !hasDigest) return await locate({ path, record }, blocks);
  }
  if (stats.mtimeMs !== disk.mtimeMs) return { state: 'touched', reason: 'its mtime was changed' };
  if ((stats.mode & 0o777) !== modes.disk)
    return { state: 'touched', reason: 'its mode is not 0444' };
  return { state: 'intact' };
}

/** Says which blocks are not those that were published. */
async function locate(
  entry: Pick<Entry, 'path' | 'record'>,
  found: BlockDigests,
): Promise<EntryVerdict> {
  const { table } = await readDigestTable(entry);
  const reason = 'its bytes are not those that were published';
  if (table === undefined) return { state: 'damaged', reason };
  const offsets = [...new Set([...table.blocks.keys(), ...found.keys()])]
    .filter((offset) => !isSame(table.blocks.get(offset), found.get(offset)))
    .sort((a, b) => a - b);
  const damage: [offset: number, length: number][] = [];
  for (const offset of offsets) {
    const length = Math.min(contentBlockBytes, table.sizeBytes - offset);
    const previous = damage.at(-1);
    if (previous !== undefined && previous[0] + previous[1] === offset) previous[1] += length;
    else damage.push([offset, length]);
  }
  const [first] = offsets;
  if (first === undefined) return { state: 'damaged', reason };
  const blocks = offsets.length === 1 ? '1 block' : `${offsets.length} blocks`;
  const where = `${blocks} of 1 MiB, the first at byte ${first}`;
  return { state: 'damaged', reason: `${reason}: ${where}`, damage };
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
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
