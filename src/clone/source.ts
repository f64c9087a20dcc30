import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Extents } from '../bytes/extents.ts';
import { type Cache, imagesDirOf } from '../cache/cache.ts';
import { inCache, isErrno } from '../cache/cache-error.ts';
import { openCache } from '../cache/cache-folder.ts';
import { readDigestTable } from '../cache/entries/blocks-file.ts';
import { examineEntry } from '../cache/entries/read.ts';
import { leaseName } from '../cache/locks/lease.ts';
import { parseCacheName } from '../cache/names/cache-name.ts';
import type { Log, Warning } from '../contracts/log.ts';
import { CacheError, NotFoundError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { refuseClone } from './clone-error.ts';
import { formatHeadBytes, recogniseSource, type SourceFormat } from './source-format.ts';

/** The source of a clone: open, and leased if it is a cached disk. */
export interface CloneSource extends SourceFormat {
  /** Absolute path, with links resolved. */
  path: string;
  handle: FileHandle;
  sizeBytes: number;
  /** Its extents; absent if unknown. */
  extents?: Extents;
  /** Present for a disk of a cache. */
  cached?: { cache: Cache; name: string };
  /** Throws `ERR_CACHE_IO` if the file was changed since it was opened. */
  requireUnchanged(): Promise<void>;
  /** Throws `ERR_NOT_FOUND` if its path does not exist any more. */
  requireThere(): Promise<void>;
  close(): Promise<void>;
}

const give =
  'Give the path of a disk, as rootdisk ensure prints it; for a reference run: rootdisk ensure REF --output FILE.';

interface Listeners {
  signal: AbortSignal;
  log: Log | undefined;
  warn: (warning: Warning) => void;
}

/**
 * Opens a disk to clone. It first leases a cached disk: it waits for a running removal, and later removals are
 * refused. Throws `ERR_NOT_FOUND` for a missing disk, and `ERR_INVALID_REQUEST` for a path that is not a regular
 * file.
 */
export async function openSource(given: string, listeners: Listeners): Promise<CloneSource> {
  if (typeof given !== 'string' || given === '')
    throw refuseClone('source', 'no disk was given', give);
  const path = await realpath(given).catch((error: unknown) => {
    throw isErrno(error) ? notReadable(given, error) : error;
  });
  const name = basename(path);
  const cacheDir = dirname(dirname(path));
  if (dirname(path) !== imagesDirOf(cacheDir) || parseCacheName(name) === undefined) {
    return await openFile(path);
  }
  const { signal, log, warn } = listeners;
  const cache = await openCache(cacheDir, { log, warn });
  const lease = await leaseName(cache, name, { signal });
  try {
    const { entry, defect } = await examineEntry(cache, name);
    if (entry === undefined) throw noEntry(path, name, defect);
    const extents = (await readDigestTable(entry)).table?.extents ?? entry.record.extents;
    const { virtualSize } = entry.record.disk;
    const file = await openFile(path);
    return {
      ...{ ...file, virtualSize, cached: { cache, name } },
      ...defined({ extents }),
      close: async () => {
        await file.close();
        await lease.release();
      },
    };
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function openFile(path: string): Promise<CloneSource> {
  const handle = await openRegular(path);
  try {
    return await inCache(path, 'read', async () => {
      const opened = await handle.stat();
      const head = Buffer.alloc(Math.min(formatHeadBytes, opened.size));
      await handle.read(head, 0, head.length, 0);
      return {
        ...recogniseSource(head, opened.size),
        path,
        handle,
        sizeBytes: opened.size,
        requireUnchanged: async () => {
          const { size, mtimeMs } = await inCache(path, 'read', () => handle.stat());
          if (size !== opened.size || mtimeMs !== opened.mtimeMs) throw changed(path);
        },
        requireThere: async () => {
          await stat(path).catch((error: unknown) => {
            throw isErrno(error) ? notReadable(path, error) : error;
          });
        },
        close: () => handle.close(),
      };
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  try {
    if (!(await stat(path)).isFile()) throw notRegular(path);
    // Without O_NONBLOCK, opening a pipe that replaced the file waits for its writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(path, flags);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw isErrno(error) ? notReadable(path, error) : error;
  }
  throw notRegular(path);
}

function notRegular(path: string): Error {
  return refuseClone('source', `${path} is not a regular file`, give, path);
}

function notReadable(path: string, cause: unknown): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${JSON.stringify(path)} cannot be read as a file`,
    hint: give,
    details: { field: 'source', value: path },
    cause,
  });
}

function noEntry(path: string, name: string, defect: string | undefined): Error {
  if (defect === undefined) return notReadable(path, undefined);
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${name} is not an intact disk of the cache: ${defect}`,
    hint: 'Run: rootdisk cache verify --repair',
    details: { path },
  });
}

function changed(path: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${path} was written to while it was cloned`,
    hint: 'Stop the program that writes to it, then clone it again.',
    details: { path },
  });
}
