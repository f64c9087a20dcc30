import { join } from 'node:path';
import { CacheError } from '../../errors.ts';
import { pollDelay, sleep } from '../../kit/abort.ts';
import { defined } from '../../kit/defined.ts';
import type { Cache } from '../cache.ts';
import { makeFolders } from '../make-folders.ts';
import { buildName } from '../names/cache-name.ts';
import { maxLockPathBytes } from './kernel-lock.ts';
import { leasePath } from './lease.ts';
import { identify, probeLockFile, sameFile, tryLockFile, unlinkLockFile } from './lock-file.ts';
import { checkLocks } from './working-locks.ts';

/** The lock of one build in this cache; it has one holder among all processes. */
export interface NameLock {
  /** May be called again. */
  release(): Promise<void>;
}

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called after every attempt that found the lock taken: about ten times a second. */
  onWait?: (() => void) | undefined;
  /** Longest pause between two attempts, in milliseconds; default 150. */
  pollMs?: number | undefined;
}

/**
 * Waits for the lock of a name, then holds it until `release` or the end of the process. One lock covers all formats
 * and sources of a build (`buildName`), so the holder must not lock another file of the same build. A running holder
 * keeps its lock; after a killed holder the lock is free within a second. An abort rethrows the caller's reason. In a
 * read-only cache nothing can be published, and the lock is granted at once.
 */
export async function lockName(
  cache: Cache,
  name: string,
  options: LockOptions = {},
): Promise<NameLock> {
  const { signal, onWait, pollMs } = options;
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    const lock = await tryLockName(cache, name);
    if (lock !== undefined) return lock;
    onWait?.();
    await sleep(pollDelay(attempt, pollMs), signal);
  }
}

/** One attempt at `lockName`: `undefined` while another holder has it. */
export async function tryLockName(cache: Cache, name: string): Promise<NameLock | undefined> {
  const key = buildName(name);
  if (!cache.writable) return noLock;
  requireShortPath(cache, name);
  // Another process may have removed the whole cache since it was opened, or while this call waited.
  if (identify(cache.folder('locks')) === undefined) await makeFolders(cache.cacheDir);
  const file = await tryLockFile(lockPath(cache, key), 'exclusive').catch(
    async (error: unknown) => {
      await checkLocks(cache);
      if (cache.writable) throw error;
      return undefined;
    },
  );
  if (file === undefined) {
    await checkLocks(cache);
    return cache.writable ? undefined : noLock;
  }
  cache.held.set(key, file.identity);
  return {
    release: () => {
      if (cache.held.get(key) === file.identity) cache.held.delete(key);
      file.release();
      return Promise.resolve();
    },
  };
}

/** True while a process, this one included, holds the lock of a name. */
export async function isLocked(cache: Cache, name: string): Promise<boolean> {
  const path = lockPath(cache, buildName(name));
  // If the lock folder is private to another user, the state of the lock is unknown.
  if (!isVisible(path)) return false;
  const probe = await probeLockFile(path, 'shared');
  probe?.release();
  if (probe === undefined) await checkLocks(cache);
  return probe === undefined && cache.lockless === undefined;
}

function isVisible(path: string): boolean {
  try {
    return identify(path) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Throws unless this process holds the lock of a name through `cache` and the lock file is still the one in the
 * cache. If it is not, the folder was removed meanwhile, and another process may hold the lock in the new folder.
 */
export async function requireLock(cache: Cache, name: string): Promise<void> {
  const key = buildName(name);
  const path = lockPath(cache, key);
  const held = cache.held.get(key);
  if (held !== undefined && sameFile(held, identify(path))) return;
  throw new CacheError({
    code: held === undefined ? 'ERR_CACHE_LOCKED' : 'ERR_CACHE_IO',
    message:
      held === undefined
        ? `${name} must not be changed without its lock`
        : `the cache folder ${cache.imagesDir} was removed while ${name} was being made`,
    hint:
      held === undefined ? 'Report this: the lock of a name was missing.' : 'Run the call again.',
    details: defined({ path, errno: held === undefined ? undefined : 'ENOENT' }),
  });
}

/** Removes the file of a lock that this process holds, if the last file of the build is gone. */
export async function dropLockFile(cache: Cache, name: string): Promise<void> {
  await requireLock(cache, name);
  await unlinkLockFile(lockPath(cache, buildName(name)));
}

/** Checked before any download: of all locked paths, the lease of a disk is the longest. */
function requireShortPath(cache: Cache, name: string): void {
  const path = leasePath(cache, name);
  if (Buffer.byteLength(path) <= maxLockPathBytes) return;
  throw new CacheError({
    code: 'ERR_CACHE_IO',
    message: `the path of the cache folder is too long for locks: ${path} has more than ${maxLockPathBytes} bytes`,
    hint: 'Choose a cache folder with a shorter path with cacheDir (--cache-dir).',
    details: { path, errno: 'ENAMETOOLONG' },
  });
}

const noLock: NameLock = { release: () => Promise.resolve() };

function lockPath(cache: Cache, key: string): string {
  return join(cache.folder('locks'), key);
}
