import { statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { pollDelay, sleep } from '../../kit/abort.ts';
import type { FileIdentity } from '../cache.ts';
import { inCache, isErrno } from '../cache-error.ts';
import { type KernelLock, type LockMode, tryKernelLock } from './kernel-lock.ts';

/** A held lock and the file it is on. */
export interface HeldFile extends KernelLock {
  identity: FileIdentity;
}

/**
 * Tries once to take the lock of a file that other processes may remove. A lock on a file that is no longer at `path`
 * excludes no other process, so it is taken again. `undefined` while another holder has it.
 */
export async function tryLockFile(path: string, mode: LockMode): Promise<HeldFile | undefined> {
  return await inCache(path, 'lock', async () => {
    for (;;) {
      // The look before tells which file was opened: if the file was replaced in between, the look after differs.
      const before = identify(path);
      const lock = tryKernelLock(path, mode);
      if (lock === undefined) return undefined;
      const after = before === undefined ? undefined : identify(path);
      if (before !== undefined && sameFile(before, after)) return { ...lock, identity: before };
      lock.release();
    }
  });
}

/** A few attempts over some milliseconds: a process that only checks the lock holds it for some microseconds. */
export async function probeLockFile(path: string, mode: LockMode): Promise<HeldFile | undefined> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const file = await tryLockFile(path, mode);
    if (file !== undefined) return file;
    await sleep(pollDelay(attempt, 10));
  }
  return undefined;
}

/** Removes a lock file. The caller holds the lock exclusively. */
export async function unlinkLockFile(path: string): Promise<void> {
  await inCache(path, 'remove', () => unlink(path));
}

/**
 * Device and inode of the file at `path`, without opening it; `undefined` if there is none. Synchronous, like SQLite:
 * a trip through the thread pool costs twenty times this call, and each lock needs three.
 */
export function identify(path: string): FileIdentity | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return { dev, ino };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function sameFile(a: FileIdentity, b: FileIdentity | undefined): boolean {
  return b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
