import { lstatSync, type Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { defined } from '../../kit/defined.ts';
import type { Cache } from '../cache.ts';
import { inCache, isErrno } from '../cache-error.ts';
import { readSmallFile, readSmallFileNow } from '../read-small-file.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { parseImageRecord } from '../records/parse-image-record.ts';

/** A complete disk in the cache. */
export interface Entry {
  name: string;
  /** Absolute path of the disk. */
  path: string;
  record: ImageRecord;
  /** Path of the download as it was received, if it was kept. */
  source?: string;
}

/**
 * What a name holds: an entry, or the reason why it is not one. `record` and `stats` are present as far as they could
 * be read.
 */
export interface Examined {
  name: string;
  path: string;
  entry?: Entry;
  defect?: string;
  record?: ImageRecord;
  stats?: Stats;
}

/**
 * The entry of a name: record and disk exist, and the disk is a regular file with the recorded size and mtime. For
 * anything else it returns `undefined` and logs the reason. Throws `ERR_CACHE_IO` if the disk cannot be read at all.
 */
export async function readEntry(cache: Cache, name: string): Promise<Entry | undefined> {
  const path = cache.pathOf(name);
  // A single disk is examined synchronously, like its record.
  const stats = await lookNow(path);
  const text = await readSmallFileNow(cache.recordPathOf(name));
  return toldEntry(cache, await judgeFiles(cache, name, { stats, text }));
}

/** Like `readEntry`, for one of many names: uses the thread pool, so several names are examined in parallel. */
export async function readEntryAmong(cache: Cache, name: string): Promise<Entry | undefined> {
  return toldEntry(cache, await examineEntry(cache, name));
}

function toldEntry(cache: Cache, { name, entry, defect, path }: Examined): Entry | undefined {
  if (defect !== undefined) {
    cache.log({
      level: 'info',
      message: `${name} is not a cache entry: ${defect}`,
      data: { path },
    });
  }
  return entry;
}

/** Examines a name without logging a verdict; neither `entry` nor `defect` is present when the name has no files. */
export async function examineEntry(cache: Cache, name: string): Promise<Examined> {
  const stats = await lookAt(cache.pathOf(name));
  return judgeFiles(cache, name, { stats, text: await readSmallFile(cache.recordPathOf(name)) });
}

async function judgeFiles(
  cache: Cache,
  name: string,
  { stats, text }: { stats: Stats | undefined; text: string | undefined },
): Promise<Examined> {
  const path = cache.pathOf(name);
  const found: Examined = defined({ name, path, stats });
  if (stats === undefined && text === undefined) return found;
  if (text === undefined) return { ...found, defect: 'its record is missing' };
  try {
    found.record = parseImageRecord(text);
  } catch (error) {
    return { ...found, defect: error instanceof Error ? error.message : String(error) };
  }
  const defect = compare(name, found.record, stats);
  if (defect !== undefined) return { ...found, defect };
  found.entry = { name, path, record: found.record };
  if (found.record.source.kept) {
    const source = cache.sourcePathOf(name);
    const kept = await lookAt(source);
    if (kept?.isFile() && kept.size === found.record.source.sizeBytes) found.entry.source = source;
  }
  return found;
}

function compare(name: string, { name: of, disk }: ImageRecord, stats?: Stats): string | undefined {
  if (of !== name) return `its record is that of ${of}`;
  if (stats === undefined) return 'the file is missing';
  if (!stats.isFile()) return 'it is not a regular file';
  if (stats.size !== disk.sizeBytes) return `it has ${stats.size} bytes, not ${disk.sizeBytes}`;
  if (stats.mtimeMs !== disk.mtimeMs) return 'it was changed after it was published';
  return undefined;
}

/** `lstat`; `undefined` if the path does not exist. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  return await inCache(path, 'read', async () => {
    try {
      return await lstat(path);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  });
}

/** Like `lookAt`, but synchronous, for a few files that lie together. */
export async function lookNow(path: string): Promise<Stats | undefined> {
  return await inCache(path, 'read', async () => {
    try {
      return lstatSync(path);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  });
}
