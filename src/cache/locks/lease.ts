import { chmodSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pollDelay, sleep } from '../../kit/abort.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { makeFolders } from '../make-folders.ts';
import { modes } from '../modes.ts';
import { requireCacheName } from '../names/cache-name.ts';
import { type HeldFile, identify, probeLockFile, sameFile, tryLockFile } from './lock-file.ts';
import { checkLocks } from './working-locks.ts';

/** While it is held and the process lives, the entry is not removed. */
export interface Lease {
  /** May be called again. */
  release(): Promise<void>;
}

/** A lease of this process: one descriptor for each file, shared by all callers. */
interface SharedLease {
  file: HeldFile;
  holders: number;
}
const held = new Map<string, SharedLease>();

const hourMs = 3_600_000;

/**
 * A removal holds the lease only while it deletes files. A process that cannot write tries this often, then goes on
 * without a lease.
 */
const mostAttempts = 40;

/**
 * Leases an entry; any number of processes may. Take the lease first and read the entry then: the lease waits for a
 * running removal, and the entry is gone afterwards. Where a lease is impossible, the caller gets a warning and
 * continues without one.
 */
export async function leaseName(
  cache: Cache,
  name: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Lease> {
  const path = leasePath(cache, name);
  const what = `${name} has no lease, so another process may remove it`;
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const lease = await asBookkeeping(cache, what, 'impossible' as const, () => share(cache, path));
    if (lease === 'impossible') return noLease;
    if (lease !== undefined) return begin(path, lease);
    await checkLocks(cache);
    if (cache.lockless !== undefined) return noLease;
    if (!cache.writable && attempt >= mostAttempts) {
      cache.warn({ code: 'bookkeeping', message: `${what}: its lease is taken` });
      return noLease;
    }
    await sleep(pollDelay(attempt), options.signal);
  }
}

/** The lease that this process already has on the file, or a new one; counts one more holder. */
async function share(cache: Cache, path: string): Promise<SharedLease | 'impossible' | undefined> {
  // Another process may have removed the whole cache since it was opened.
  if (cache.writable && identify(cache.folder('leases')) === undefined) {
    await makeFolders(cache.cacheDir);
  }
  const found = identify(path);
  // Without the right to create the file there is no lease; usually this user cannot remove entries there either.
  if (found === undefined && !cache.writable) return 'impossible';
  const known = held.get(path);
  if (known !== undefined && sameFile(known.file.identity, found)) return count(known);
  const file = await tryLockFile(path, 'shared').catch(async (error: unknown) => {
    await checkLocks(cache);
    if (cache.lockless === undefined) throw error;
    return undefined;
  });
  if (file === undefined) return undefined;
  const other = held.get(path);
  if (other !== undefined && sameFile(other.file.identity, file.identity)) {
    file.release();
    return count(other);
  }
  const lease = { file, holders: 0 };
  held.set(path, lease);
  return count(lease);
}

function count(lease: SharedLease): SharedLease {
  lease.holders += 1;
  return lease;
}

function begin(path: string, lease: SharedLease): Lease {
  noteUse(path);
  let isHeld = true;
  return {
    release: () => {
      if (isHeld) lease.holders -= 1;
      isHeld = false;
      if (lease.holders === 0) {
        if (held.get(path) === lease) held.delete(path);
        lease.file.release();
      }
      return Promise.resolve();
    },
  };
}

/**
 * The time of the last lease is the time of the last use. The atime of the disk does not work for this: every program
 * that reads the disk sets it, a backup too, and under relatime or noatime a hypervisor does not. Writing it once an
 * hour is enough and avoids a write for each hit. Readers of other users lease the same file, whatever umask the
 * creating process had.
 */
function noteUse(path: string): void {
  // By path, because closing a descriptor would release the lock.
  try {
    const now = new Date();
    const { mtimeMs, mode } = statSync(path);
    if ((mode & 0o7777) !== modes.file) chmodSync(path, modes.file);
    if (Math.abs(now.getTime() - mtimeMs) >= hourMs) utimesSync(path, now, now);
  } catch {
    // The file of another user cannot be changed; the lease is valid without it.
  }
}

/** True while any process, this one included, leases the entry. */
export async function isLeased(cache: Cache, name: string): Promise<boolean> {
  const path = leasePath(cache, name);
  // Without write access this cannot be determined, and nothing can be removed either.
  if (!cache.writable || identify(path) === undefined) return false;
  const probe = await probeLockFile(path, 'exclusive');
  probe?.release();
  return probe === undefined;
}

export function leasePath(cache: Cache, name: string): string {
  requireCacheName(name);
  return join(cache.folder('leases'), name);
}

const noLease: Lease = { release: () => Promise.resolve() };
