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
 * One attempt at the lock of a file that other processes may remove: a lock on a file that is no longer at `path`
 * excludes no other process, so it is taken again. `undefined` while another holder has it.
 */
export async function tryLockFile(path: string, mode: LockMode): Promise<HeldFile | undefined> {
  return await inCache(path, 'lock', async () => {
    for (;;) {
      // The look before tells which file was opened: had it been replaced in between, the look after would differ.
      const before = identify(path);
      const lock = tryKernelLock(path, mode);
      if (lock === undefined) return undefined;
      const after = before === undefined ? undefined : identify(path);
      if (before !== undefined && sameFile(before, after)) return { ...lock, identity: before };
      lock.release();
    }
  });
}

/** A few attempts over some milliseconds: another process that looks at the lock holds it for some microseconds. */
export async function probeLockFile(path: string, mode: LockMode): Promise<HeldFile | undefined> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const file = await tryLockFile(path, mode);
    if (file !== undefined) return file;
    await sleep(pollDelay(attempt, 10));
  }
  return undefined;
}

/** Removes the file of a lock while it is held exclusively. */
export async function unlinkLockFile(path: string): Promise<void> {
  await inCache(path, 'remove', () => unlink(path));
}

/**
 * Which file is at `path`, without opening it; `undefined` when there is none. As synchronous as SQLite, which takes the lock
 * itself: a way through the thread pool costs twenty times the look, and there are three for each lock.
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
