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

/** The table of blocks kept beside a disk; both members are absent when there is none. */
export interface KeptBlocks {
  table?: DigestTable;
  /** Why the existing file cannot be used. */
  defect?: string;
}

/**
 * Reads `<name>.blocks` and compares it with the record of its disk. Never throws: a disk can be verified without the
 * table, but then the damaged blocks are unknown.
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
 * Writes the table of a disk beside it, before the record. Needs the lock of the name. The disk does not depend on
 * it, so a file system error becomes a warning. Throws `ERR_CACHE_IO` for a table that could not be read back.
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

/** The disk does not depend on its table, so a file system error becomes a warning. */
export async function keepingBlocks(
  cache: Cache,
  name: string,
  step: () => Promise<void>,
): Promise<void> {
  const what = `the digests of the blocks of ${name} were not stored`;
  await asBookkeeping(cache, what, undefined, step);
}

/** The bytes of a table. Throws `ERR_CACHE_IO` for a table that could not be read back. */
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
      message: `the table of blocks of ${name} is invalid: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'Report this: the decoder gave wrong extents.',
      details: { path: cache.blocksPathOf(name) },
      cause,
    });
  }
  return bytes;
}

/**
 * Writes the table of an intact disk when it is missing or unusable, as for every disk of version 0.1; the extents
 * are then removed from the record. Reads the disk once more. Does nothing in a read-only cache, or while another
 * process holds the lock of the name.
 */
export async function restoreDigestTable(
  cache: Cache,
  { name, path, record }: Pick<Entry, 'name' | 'path' | 'record'>,
  signal: AbortSignal,
): Promise<void> {
  const { table: kept, defect } = await readDigestTable({ path, record });
  if (defect !== undefined) {
    const message = `${path}.blocks is invalid and is ignored: ${defect}`;
    cache.warn({ code: 'bookkeeping', message });
  }
  if (!cache.writable || (kept !== undefined && record.extents === undefined)) return;
  const table = kept ?? (await tabulateKept(path, signal));
  // The entry was removed after it was judged.
  if (table === undefined) return;
  const lock = await tryLockName(cache, name);
  if (lock === undefined) return;
  try {
    // The name may hold another disk by now.
    const now = (await examineEntry(cache, name)).record;
    if (now?.name !== name || now.disk.contentDigest !== record.disk.contentDigest) return;
    if (kept === undefined) await placeDigestTable(cache, name, table, now.disk);
    const { extents, ...small } = now;
    if (extents === undefined) return;
    const what = `the record of ${name} was not shortened`;
    await asBookkeeping(cache, what, undefined, async () => void (await writeRecord(cache, small)));
  } finally {
    await lock.release();
  }
}

/** The table of a disk's bytes; `undefined` if the disk was removed. */
async function tabulateKept(path: string, signal: AbortSignal): Promise<DigestTable | undefined> {
  try {
    return await tabulateDisk(path, undefined, signal);
  } catch (error) {
    if (error instanceof CacheError && error.details.errno === 'ENOENT') return undefined;
    throw error;
  }
}

/** Reads no more than the table of a disk of this size can have. */
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
