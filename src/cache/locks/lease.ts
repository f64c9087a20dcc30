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

/** While it lasts, and as long as the process lives, the entry is not removed. */
export interface Lease {
  /** May be called again. */
  release(): Promise<void>;
}

/** A lease that this process holds: one for each file, however many callers share it, as each takes a descriptor. */
interface SharedLease {
  file: HeldFile;
  holders: number;
}
const held = new Map<string, SharedLease>();

const hourMs = 3_600_000;

/** A removal holds a lease for as long as its files go; a reader that cannot find out more does not wait for longer. */
const mostAttempts = 40;

/**
 * Leases an entry; any number of processes may. Take the lease first and read the entry then: a removal that was under
 * way is waited for, and the entry gone afterwards. Where there can be no lease, the caller is warned and goes on without.
 */
export async function leaseName(
  cache: Cache,
  name: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Lease> {
  const path = leasePath(cache, name);
  const what = `${name} is not leased, so another process may remove it`;
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

/** The lease that this process has on a file already, or a new one; counted for one more holder. */
async function share(cache: Cache, path: string): Promise<SharedLease | 'impossible' | undefined> {
  // The whole cache may have been removed since it was opened.
  if (cache.writable && identify(cache.folder('leases')) === undefined) {
    await makeFolders(cache.cacheDir);
  }
  const found = identify(path);
  // Without the right to make the file there is no lease, and mostly a file system where nothing is removed either.
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
 * The time of the last lease is the time of the last use. Not the atime of the disk: every program that reads it sets that,
 * a backup too, and under relatime or noatime a hypervisor does not. Once an hour is enough, and spares a write for each hit.
 * Readers of other users lease the same file, whatever the umask of the process that made it.
 */
function noteUse(path: string): void {
  // By path: a descriptor would take the lock with it.
  try {
    const now = new Date();
    const { mtimeMs, mode } = statSync(path);
    if ((mode & 0o7777) !== modes.file) chmodSync(path, modes.file);
    if (Math.abs(now.getTime() - mtimeMs) >= hourMs) utimesSync(path, now, now);
  } catch {
    // A file of another user cannot be changed, and the lease holds without.
  }
}

/** True while any process, this one included, leases the entry. */
export async function isLeased(cache: Cache, name: string): Promise<boolean> {
  const path = leasePath(cache, name);
  // Without write access the question cannot be asked, and nothing can be removed either.
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
