import { isErrno } from '../cache/cache-error.ts';
import { UsageError } from '../errors.ts';
import { readGivenFile } from '../parts/read-given-file.ts';
import type { LockFile } from './lock-file.ts';
import { parseLockFile } from './parse.ts';

const asLockFile = {
  called: 'the lock file',
  field: 'lockfile',
  hint: 'Give the path of a lock file that can be read.',
  // Longer than a lock file of 10,000 images.
  maxBytes: 64 * 1024 * 1024,
} as const;

/**
 * The lock file at a path; `undefined` if the path does not exist. Throws `ERR_INVALID_REQUEST` if the file cannot be
 * read as a lock file.
 */
export async function findLockFile(path: string): Promise<LockFile | undefined> {
  try {
    return parseLockFile(await readGivenFile(path, asLockFile), path);
  } catch (error) {
    if (error instanceof UsageError && isErrno(error.cause, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Like `findLockFile`, but also throws `ERR_INVALID_REQUEST` if the path does not exist. */
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
