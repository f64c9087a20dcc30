import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canLock, maxLockPathBytes } from '../cache/locks/kernel-lock.ts';
import { tryLockFile, unlinkLockFile } from '../cache/locks/lock-file.ts';
import { pollDelay, sleep } from '../kit/abort.ts';

/**
 * Runs `change` under a lock, so that no other process changes the same lock file. The lock is a file beside it,
 * which is removed afterwards. If locks do not work in the folder, the change is made without one: the rename still
 * puts a complete file in place.
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

/** True if locks work in the folder. A file that another process may hold does not show it. */
async function hasLocks(path: string): Promise<boolean> {
  const fresh = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    return canLock(fresh);
  } catch {
    // For example, the folder cannot be written; then the change itself reports it.
    return false;
  } finally {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}
