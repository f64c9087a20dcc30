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
 * `intact`: as published. `touched`: the bytes are intact, but mode or mtime changed (`repairEntry` restores them).
 * `damaged`: the bytes changed; the image must be fetched again.
 */
export interface EntryVerdict {
  state: 'intact' | 'touched' | 'damaged';
  reason?: string;
  /** The changed ranges, in whole blocks of 1 MiB; absent if the digests of the blocks are not kept. */
  damage?: Extents;
}

/**
 * Reads every byte of a disk and compares it with its record; data outside the recorded extents is damage too. Throws
 * `ERR_CACHE_IO` if the disk cannot be read; an abort rethrows its reason.
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
  // A disk that is the published file itself is compared with the digest of upstream.
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

/** Finds the blocks that differ from the published ones. */
async function locate(
  entry: Pick<Entry, 'path' | 'record'>,
  found: BlockDigests,
): Promise<EntryVerdict> {
  const { table } = await readDigestTable(entry);
  const reason = 'its bytes are not the published ones';
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
