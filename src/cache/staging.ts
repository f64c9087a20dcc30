import { constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CacheError } from '../errors.ts';
import { parseRecord } from '../kit/records.ts';
import type { Cache } from './cache.ts';
import { inCache, isErrno } from './cache-error.ts';
import { lookAt } from './entries/read.ts';
import { requireLock } from './locks/name-lock.ts';
import { modes } from './modes.ts';
import { readCount } from './records/values.ts';
import { retireFolder, sweepRetired } from './retired.ts';

/** The folder in which one entry is made, on the same file system as the entries. All paths are absolute. */
export interface Staging {
  readonly name: string;
  readonly dir: string;
  /** The file as it is received; kept for resuming. */
  readonly download: string;
  /** What resuming needs to know about the download. */
  readonly downloadJson: string;
  /** The download while it is published; if that fails or is killed, it becomes the download again. */
  readonly sealed: string;
  /** The decoded disk. */
  readonly disk: string;
  /** Creates one of these files, mode 0600, open for reading and writing. Throws `ERR_CACHE_IO` if it exists. */
  create(path: string): Promise<FileHandle>;
  /** Opens one of these files for reading and writing; `undefined` if it does not exist. Follows no link. */
  reopen(path: string): Promise<FileHandle | undefined>;
  /** Empties the folder. */
  clear(): Promise<void>;
  /** Removes the folder. */
  remove(): Promise<void>;
  /** Renames the folder out of the way; its files are removed in the background. */
  retire(): Promise<void>;
}

const resumable = new Set(['download', 'download.json', 'download.sealed']);

/**
 * Opens `.staging/<name>/` under the lock of that name. Keeps an interrupted download and removes everything else
 * that a killed call left. Throws `ERR_CACHE_LOCKED` without the lock, `ERR_CACHE_IO` in a read-only cache.
 */
export async function openStaging(cache: Cache, name: string): Promise<Staging> {
  const dir = cache.stagingPathOf(name);
  cache.requireWritable();
  await requireLock(cache, name);
  await inCache(dir, 'open', async () => {
    await makeOwnFolder(dir);
    await sweep(dir, (file) => !resumable.has(file));
    await unseal(join(dir, 'download.sealed'), join(dir, 'download'));
  });
  sweepRetired(cache);
  return {
    name,
    dir,
    download: join(dir, 'download'),
    downloadJson: join(dir, 'download.json'),
    sealed: join(dir, 'download.sealed'),
    disk: join(dir, 'disk'),
    create: async (path) => {
      await requireLock(cache, name);
      return await openIn(dir, path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL);
    },
    reopen: async (path) => {
      try {
        return await openIn(dir, path, constants.O_RDWR);
      } catch (error) {
        if (error instanceof CacheError && error.details.errno === 'ENOENT') return undefined;
        throw error;
      }
    },
    clear: () => inCache(dir, 'empty', () => sweep(dir, () => true)),
    remove: () => inCache(dir, 'remove', () => rm(dir, { recursive: true, force: true })),
    retire: () => inCache(dir, 'remove', () => retireFolder(cache, dir)),
  };
}

/** Bytes received so far for an entry that another process is making; 0 if there are none. */
export async function stagedBytes(cache: Cache, name: string): Promise<number> {
  return await stat(join(cache.stagingPathOf(name), 'download')).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The total length that `download.json` states; `undefined` if it states none. */
export async function stagedTotal(cache: Cache, name: string): Promise<number | undefined> {
  try {
    const note = await readFile(join(cache.stagingPathOf(name), 'download.json'), 'utf8');
    return readCount(parseRecord(JSON.parse(note), 'download.json')['sizeBytes'], 'sizeBytes');
  } catch {
    // Missing, half written, or of unknown length; only progress uses it.
    return undefined;
  }
}

async function openIn(dir: string, path: string, flags: number): Promise<FileHandle> {
  const file = join(dir, basename(path));
  return await inCache(file, 'open', () => open(file, flags | constants.O_NOFOLLOW, modes.staged));
}

async function makeOwnFolder(dir: string): Promise<void> {
  await mkdir(dir, { mode: modes.privateFolder }).catch((error: unknown) => {
    if (!isErrno(error, 'EEXIST')) throw error;
  });
  if ((await lstat(dir)).isDirectory()) return;
  await rm(dir);
  await mkdir(dir, { mode: modes.privateFolder });
}

/**
 * Makes a sealed download that was not published a download again; a file with another name in the cache stays as it
 * is.
 */
async function unseal(sealed: string, download: string): Promise<void> {
  const stats = await lookAt(sealed);
  if (stats === undefined) return;
  const isFree = stats.isFile() && stats.nlink === 1 && (await lookAt(download)) === undefined;
  if (!isFree) return await rm(sealed, { recursive: true, force: true });
  await chmod(sealed, modes.staged);
  await rename(sealed, download);
}

async function sweep(dir: string, unwanted: (file: string) => boolean): Promise<void> {
  for (const file of (await readdir(dir)).filter(unwanted)) {
    await rm(join(dir, file), { recursive: true, force: true });
  }
}
