import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canLock, maxLockPathBytes } from '../cache/locks/kernel-lock.ts';
import { tryLockFile, unlinkLockFile } from '../cache/locks/lock-file.ts';
import { pollDelay, sleep } from '../kit/abort.ts';

/**
 * Runs `change` while no other process changes the same lock file. Its lock is a file beside it, which is removed afterwards.
 * Where the folder gives no locks the change is made without one: the file that is renamed into place is whole all the same.
 */
export async function holdLockFile<T>(
  place: string,
  signal: AbortSignal | undefined,
  change: () => Promise<T>,
): Promise<T> {
  const path = join(dirname(place), `.${basename(place)}.lock`);
  if (Buffer.byteLength(path) > maxLockPathBytes || !(await hasLocks(path))) return await change();
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    const lock = await tryLockFile(path, 'exclusive');
    if (lock === undefined) {
      await sleep(pollDelay(attempt, 50), signal);
      continue;
    }
    try {
      return await change();
    } finally {
      await unlinkLockFile(path).catch(() => undefined);
      lock.release();
    }
  }
}

/** A file that another process may hold does not tell whether locks work. */
async function hasLocks(path: string): Promise<boolean> {
  const fresh = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    return canLock(fresh);
  } catch {
    // A folder that cannot be written, for one: the change itself says so where it has to write.
    return false;
  } finally {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}
