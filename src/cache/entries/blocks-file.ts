import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CacheError } from '../../errors.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { inCache, isErrno } from '../cache-error.ts';
import {
  type DigestTable,
  formatDigestTable,
  parseDigestTable,
  readTableLength,
  tableHeaderBytes,
} from '../digest/digest-table.ts';
import { tabulateDisk } from '../digest/hash-disk.ts';
import { requireLock, tryLockName } from '../locks/name-lock.ts';
import type { DiskRecord } from '../records/image-record.ts';
import { replaceFile } from '../replace-file.ts';
import { temporaryPath } from './place-text.ts';
import { type Entry, examineEntry } from './read.ts';
import { writeRecord } from './rewrite.ts';

/** The table of blocks that is kept beside a disk; neither member where none is. */
export interface KeptBlocks {
  table?: DigestTable;
  /** Why the file that is there is of no use. */
  defect?: string;
}

/**
 * Reads `<name>.blocks` and holds it against the record of its disk. Never throws: without a table a disk is verified as
 * well, only not said where it is damaged.
 */
export async function readDigestTable({
  path,
  record,
}: Pick<Entry, 'path' | 'record'>): Promise<KeptBlocks> {
  try {
    // Without O_NONBLOCK, opening a named pipe waits for its writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(`${path}.blocks`, flags);
    try {
      return { table: parseDigestTable(await readTable(handle, record.disk), record.disk) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return {};
    return { defect: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Puts the table of a disk beside it, before its record. Needs the lock of the name. A disk is good without it: what the
 * file system refuses is a warning. Throws `ERR_CACHE_IO` for a table that could not be read back.
 */
async function placeDigestTable(
  cache: Cache,
  name: string,
  table: DigestTable,
  disk: DiskRecord,
): Promise<void> {
  const path = cache.blocksPathOf(name);
  const bytes = formatChecked(cache, name, table, disk);
  await keepingBlocks(cache, name, () =>
    inCache(path, 'write', () =>
      replaceFile(path, temporaryPath(cache, name), bytes, () => requireLock(cache, name)),
    ),
  );
}

/** A disk is good without its table: what the file system refuses is a warning. */
export async function keepingBlocks(
  cache: Cache,
  name: string,
  step: () => Promise<void>,
): Promise<void> {
  const what = `the digests of the blocks of ${name} are not kept`;
  await asBookkeeping(cache, what, undefined, step);
}

/** The bytes of a table; `ERR_CACHE_IO` for one that could not be read back. */
export function formatChecked(
  cache: Cache,
  name: string,
  table: DigestTable,
  disk: DiskRecord,
): Uint8Array {
  const bytes = formatDigestTable(table);
  try {
    parseDigestTable(bytes, disk);
  } catch (cause) {
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `the table of blocks of ${name} makes no sense: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'Report this: the decoder told wrong extents.',
      details: { path: cache.blocksPathOf(name) },
      cause,
    });
  }
  return bytes;
}

/**
 * Makes the table of an intact disk where it is missing or of no use, as beside every disk of version 0.1; the extents leave
 * the record then. Reads the disk once more. Nothing happens where this cache cannot be written, or while another process
 * holds the lock of the name.
 */
export async function restoreDigestTable(
  cache: Cache,
  { name, path, record }: Pick<Entry, 'name' | 'path' | 'record'>,
  signal: AbortSignal,
): Promise<void> {
  const { table: kept, defect } = await readDigestTable({ path, record });
  if (defect !== undefined) {
    const message = `${path}.blocks is of no use and counts as missing: ${defect}`;
    cache.warn({ code: 'bookkeeping', message });
  }
  if (!cache.writable || (kept !== undefined && record.extents === undefined)) return;
  const table = kept ?? (await tabulateKept(path, signal));
  // Removed since it was judged.
  if (table === undefined) return;
  const lock = await tryLockName(cache, name);
  if (lock === undefined) return;
  try {
    // What was read may be another disk by now.
    const now = (await examineEntry(cache, name)).record;
    if (now?.name !== name || now.disk.contentDigest !== record.disk.contentDigest) return;
    if (kept === undefined) await placeDigestTable(cache, name, table, now.disk);
    const { extents, ...small } = now;
    if (extents === undefined) return;
    const what = `the record of ${name} stays long`;
    await asBookkeeping(cache, what, undefined, async () => void (await writeRecord(cache, small)));
  } finally {
    await lock.release();
  }
}

/** The table of a disk's bytes; `undefined` where the disk is gone. */
async function tabulateKept(path: string, signal: AbortSignal): Promise<DigestTable | undefined> {
  try {
    return await tabulateDisk(path, undefined, signal);
  } catch (error) {
    if (error instanceof CacheError && error.details.errno === 'ENOENT') return undefined;
    throw error;
  }
}

/** No more than a table of such a disk can have is read. */
async function readTable(handle: FileHandle, { sizeBytes }: DiskRecord): Promise<Buffer> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw new Error('it is not a regular file');
  const header = await readFrom(handle, tableHeaderBytes);
  const length = readTableLength(header, sizeBytes);
  if (stats.size !== length) throw new Error(`it has ${stats.size} bytes, not ${length}`);
  return await readFrom(handle, length);
}

async function readFrom(handle: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
