import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheError } from '../../errors.ts';
import type { Cache } from '../cache.ts';
import { canLock } from './kernel-lock.ts';

/**
 * Called when a lock could not be taken: checks, with a new file of this process, whether locks work at all. If not,
 * the cache becomes read-only: hits are served, and the caller gets a warning. Runs once for each opened cache.
 */
export async function checkLocks(cache: Cache): Promise<void> {
  cache.lockCheck ??= check(cache);
  await cache.lockCheck;
}

async function check(cache: Cache): Promise<void> {
  // A process that only reads needs no name locks, only leases.
  const folder = cache.folder(cache.writable ? 'locks' : 'leases');
  const path = join(folder, `.probe-${process.pid}`);
  try {
    await rm(path, { force: true });
    if (canLock(path)) return;
  } catch {
    // The check itself failed; the error of the lock will say what is wrong.
    return;
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
  const message = `locks do not work on the file system of ${cache.imagesDir}`;
  cache.lockless = new CacheError({
    code: 'ERR_CACHE_IO',
    message,
    hint: 'Keep the cache on a file system with record locks (NFS needs lockd), or name another with cacheDir (--cache-dir).',
    details: { path: cache.imagesDir, errno: 'ENOLCK' },
  });
  cache.warn({
    code: 'locks',
    message: `${message}: cached disks are used, and no new ones are made`,
  });
}
