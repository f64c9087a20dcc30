import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CacheError } from '../errors.ts';

const full = 'Free space or raise the quota (rootdisk cache prune), then retry.';
const readOnly = 'Make the cache folder writable, or choose another with cacheDir.';
const occupied = 'Something else lies at this path; move it away.';
const hints: Record<string, string> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOENT: 'The cache was changed from outside during the call; run it again.',
  EXDEV: 'Keep the whole cache folder on one file system.',
  ELOOP: 'Remove the symbolic link from the cache folder.',
  EEXIST: occupied,
  ENOTDIR: occupied,
  EISDIR: occupied,
  EMFILE: 'Raise the limit of open files.',
};

/** True for an error of the operating system, and of that `errno` name where one is given. */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false;
  return typeof error.code === 'string' && (codes.length === 0 || codes.includes(error.code));
}

/**
 * The typed form of a file system's error: `ERR_NO_SPACE` for a full disk or quota, `ERR_CACHE_IO` otherwise, naming
 * the path. Anything that is no such error (an abort, an error of this package) comes back as it is.
 */
export function cacheError(error: unknown, path: string, doing: string): unknown {
  if (!isErrno(error)) return error;
  const errno = error.code ?? 'unknown';
  const noSpace = errno === 'ENOSPC' || errno === 'EDQUOT';
  return new CacheError({
    code: noSpace ? 'ERR_NO_SPACE' : 'ERR_CACHE_IO',
    message: `cannot ${doing} ${path}: ${noSpace ? `the disk or quota is full (${errno})` : errno}`,
    hint: hints[errno] ?? 'Check the disk, or choose another cache folder with cacheDir.',
    details: { path, errno },
    cause: error,
  });
}

/** Runs one step on the cache and types what it throws; a full disk also says how much room is left. */
export async function inCache<T>(path: string, doing: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const typed = cacheError(error, path, doing);
    if (typed instanceof CacheError && typed.code === 'ERR_NO_SPACE') {
      const room = await statfs(dirname(path)).catch(() => undefined);
      if (room !== undefined) typed.details.freeBytes = room.bavail * room.bsize;
    }
    throw typed;
  }
}
