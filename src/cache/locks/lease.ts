import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isImageError } from '../../errors.ts';
import { pollDelay, sleep } from '../../kit/abort.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { makeFolders } from '../make-folders.ts';
import { requireCacheName } from '../names/cache-name.ts';
import { type HeldFile, identify, probeLockFile, tryLockFile } from './lock-file.ts';

/** While it lasts, and as long as the process lives, the entry is not removed. */
export interface Lease {
  /** May be called again. */
  release(): Promise<void>;
}

/**
 * Leases an entry; any number of processes may. Take the lease first and read the entry then: a removal that was under
 * way is waited for, and the entry gone afterwards. Where this user can neither make nor read the file of the lease,
 * nothing is leased.
 */
export async function leaseName(
  cache: Cache,
  name: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Lease> {
  const path = leasePath(cache, name);
  const tryOnce = () => (cache.writable ? lockWritable(cache, path) : lockIfPossible(path));
  const what = `${name} is not leased, so another process may remove it`;
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const file = await asBookkeeping(cache, what, 'impossible' as const, tryOnce);
    if (file === 'impossible') return noLease;
    if (file !== undefined) {
      const now = new Date();
      // The time of the last lease is the time of the last use. By path: a descriptor would take the lock with it.
      await utimes(path, now, now).catch(() => undefined);
      return {
        release: () => {
          file.release();
          return Promise.resolve();
        },
      };
    }
    await sleep(pollDelay(attempt), options.signal);
  }
}

async function lockWritable(cache: Cache, path: string): Promise<HeldFile | undefined> {
  // The whole cache may have been removed since it was opened.
  if ((await identify(cache.folder('leases'))) === undefined) await makeFolders(cache.cacheDir);
  return await tryLockFile(path, 'shared');
}

async function lockIfPossible(path: string): Promise<HeldFile | 'impossible' | undefined> {
  return await tryLockFile(path, 'shared').catch((error: unknown) => {
    if (isImageError(error)) return 'impossible' as const;
    throw error;
  });
}

/** True while any process, this one included, leases the entry. */
export async function isLeased(cache: Cache, name: string): Promise<boolean> {
  const path = leasePath(cache, name);
  // Without write access the question cannot be asked, and nothing can be removed either.
  if (!cache.writable || (await identify(path)) === undefined) return false;
  const probe = await probeLockFile(path, 'exclusive');
  probe?.release();
  return probe === undefined;
}

export function leasePath(cache: Cache, name: string): string {
  requireCacheName(name);
  return join(cache.folder('leases'), name);
}

const noLease: Lease = { release: () => Promise.resolve() };
