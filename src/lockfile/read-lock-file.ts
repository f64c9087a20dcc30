import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import type { LockFile } from './lock-file.ts';
import { parseLockFile } from './parse.ts';

/** Longer than any lock file of 10,000 images. */
const maxBytes = 64 * 1024 * 1024;

/** The lock file at a path; `undefined` where nothing is. `ERR_INVALID_REQUEST` for what cannot be read as one. */
export async function findLockFile(path: string): Promise<LockFile | undefined> {
  let text: string;
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > maxBytes) throw new Error('it is no file of that kind');
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
  return parseLockFile(text, path);
}

/** The same; a path where nothing is is `ERR_INVALID_REQUEST` too. */
export async function readLockFile(path: string): Promise<LockFile> {
  const lock = await findLockFile(path);
  if (lock !== undefined) return lock;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `there is no lock file ${path}`,
    hint: 'Write one with rootdisk lock add, or name another with lockfile (--lockfile).',
    details: { field: 'lockfile', value: path },
  });
}

function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `cannot read the lock file ${path}: ${cause instanceof Error ? cause.message : cause}`,
    hint: 'Give the path of a lock file that can be read.',
    details: { field: 'lockfile', value: path },
    cause,
  });
}
