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

/** The folder in which one entry is made, on the file system of the entries. All paths are absolute. */
export interface Staging {
  readonly name: string;
  readonly dir: string;
  /** The file as it arrives; kept for resuming. */
  readonly download: string;
  /** What resuming needs to know of it. */
  readonly downloadJson: string;
  /** The download on its way into the cache; where that fails or is killed, it is the download again. */
  readonly sealed: string;
  /** The decoded disk. */
  readonly disk: string;
  /** Makes one of these files, mode 0600, open for reading and writing; `ERR_CACHE_IO` when it is there already. */
  create(path: string): Promise<FileHandle>;
  /** Opens one of these files for reading and writing; `undefined` when it is not there. Follows no link. */
  reopen(path: string): Promise<FileHandle | undefined>;
  /** Empties the folder. */
  clear(): Promise<void>;
  /** Removes the folder. */
  remove(): Promise<void>;
  /** Takes the folder out of the way; what it holds goes while the caller goes on. */
  retire(): Promise<void>;
}

const resumable = new Set(['download', 'download.json', 'download.sealed']);

/**
 * Opens `.staging/<name>/` under the lock of that name. A download that was cut off is still there; everything else
 * that a killed run left is gone. Throws `ERR_CACHE_LOCKED` without the lock, `ERR_CACHE_IO` in a read-only cache.
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

/** Bytes that have arrived so far for an entry that another process is making; 0 when nothing has. */
export async function stagedBytes(cache: Cache, name: string): Promise<number> {
  return await stat(join(cache.stagingPathOf(name), 'download')).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What `download.json` says of the length to come; `undefined` where it says nothing. */
export async function stagedTotal(cache: Cache, name: string): Promise<number | undefined> {
  try {
    const note = await readFile(join(cache.stagingPathOf(name), 'download.json'), 'utf8');
    return readCount(parseRecord(JSON.parse(note), 'download.json')['sizeBytes'], 'sizeBytes');
  } catch {
    // Not there yet, half written, or of unknown length: it is for progress only.
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

/** What a call sealed and did not publish is a download again; a file that has another name in the cache is left alone. */
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
