import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheError } from '../../errors.ts';
import type { Cache } from '../cache.ts';
import { canLock } from './kernel-lock.ts';

/**
 * Finds out, when a lock could not be had, whether locks work here at all, by one on a fresh file of this process. Where
 * they do not, the cache is read-only from then on: hits are served, and the caller is warned. Once for each opened cache.
 */
export async function checkLocks(cache: Cache): Promise<void> {
  cache.lockCheck ??= check(cache);
  await cache.lockCheck;
}

async function check(cache: Cache): Promise<void> {
  // Where this process only reads, the locks themselves are none of its business.
  const folder = cache.folder(cache.writable ? 'locks' : 'leases');
  const path = join(folder, `.probe-${process.pid}`);
  try {
    await rm(path, { force: true });
    if (canLock(path)) return;
  } catch {
    // Nothing is known then, and the lock itself says what is wrong.
    return;
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
  const message = `locks do not work on the file system of ${cache.imagesDir}`;
  cache.lockless = new CacheError({
    code: 'ERR_CACHE_IO',
    message,
    hint: 'Keep the cache on a file system with record locks (NFS needs lockd), or name another with cacheDir.',
    details: { path: cache.imagesDir, errno: 'ENOLCK' },
  });
  cache.warn({
    code: 'locks',
    message: `${message}: disks that are there are given, none is made`,
  });
}
