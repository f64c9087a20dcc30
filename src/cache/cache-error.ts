import { statfs } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { CacheError } from '../errors.ts';

const full = 'Free space or raise the quota (rootdisk cache prune removes disks), then try again.';
const readOnly = 'Make the cache folder writable, or choose another with cacheDir (--cache-dir).';
const occupied = 'Another file or folder lies at this path; move it away.';
const hints: Record<string, string> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOENT: 'Another program changed the cache during the call; run the call again.',
  EXDEV: 'Keep the whole cache folder on one file system.',
  ELOOP: 'Remove the symbolic link from the cache folder.',
  EEXIST: occupied,
  ENOTDIR: occupied,
  EISDIR: occupied,
  EMFILE: 'Raise the limit of open files (ulimit -n).',
  EIO: 'Look at the log of the system: the disk may be failing. The same call resumes the download.',
};

/** The same for a file that the caller names: it does not lie in the cache. */
const outputHints: Record<string, string> = {
  ENOSPC: 'Free space on the disk of the output, or name a file on another disk.',
  EDQUOT: 'Raise the quota, or name a file on another disk.',
  EACCES: 'Name a file in a folder that this user may write to.',
  EPERM: 'Name a file in a folder that this user may write to.',
  EROFS: 'Name a file on a file system that is not read-only.',
  ENOENT: 'Name a file in a folder that exists and takes new files.',
  ENOTDIR: 'Name a file in a folder: a part of this path is a file.',
  EISDIR: 'Name a file, not a folder.',
};
const openHint =
  'Choose another cache folder with cacheDir (--cache-dir): this one cannot be made.';

/** True for an operating system error; with `names`, only for an error with one of these codes. */
export function isErrno(error: unknown, ...names: string[]): error is NodeJS.ErrnoException {
  const name = errnoName(error);
  return name !== undefined && (names.length === 0 || names.includes(name));
}

/** libuv has no name for some errors, such as a full quota (EDQUOT); they are recognised by number. */
const namesByNumber = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
);

function errnoName(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  if (typeof error.code !== 'string') return undefined;
  if (!('errno' in error) || typeof error.errno !== 'number') return error.code;
  return /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : (namesByNumber.get(Math.abs(error.errno)) ?? error.code);
}

/**
 * The typed form of a file system error: `ERR_NO_SPACE` for a full disk or quota, else `ERR_CACHE_IO`; both name the
 * path. Returns every other error (an abort, an error of this package) unchanged.
 */
export function cacheError(
  error: unknown,
  path: string,
  doing: string,
  hintOf: (errno: string) => string = hintInCache,
): unknown {
  const errno = errnoName(error);
  if (errno === undefined) return error;
  const noSpace = errno === 'ENOSPC' || errno === 'EDQUOT';
  return new CacheError({
    code: noSpace ? 'ERR_NO_SPACE' : 'ERR_CACHE_IO',
    message: `cannot ${doing} ${path}: ${noSpace ? `the disk or quota is full (${errno})` : errno}`,
    hint: hintOf(errno),
    details: { path, errno },
    cause: error,
  });
}

function hintInCache(errno: string): string {
  return (
    hints[errno] ?? 'Check the disk, or choose another cache folder with cacheDir (--cache-dir).'
  );
}

/** Opens the cache folder: a path at which no folder can be made, such as /proc/x, is the caller's to change. */
export async function whileOpening<T>(imagesDir: string, step: () => Promise<T>): Promise<T> {
  const isPath = (errno: string): boolean => ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errno);
  return await inCache(imagesDir, 'open the cache folder', step, (errno) =>
    isPath(errno) ? openHint : hintInCache(errno),
  );
}

/** The same as `inCache` for a file that the caller names, with hints that speak of the output. */
export async function inOutput<T>(path: string, doing: string, step: () => Promise<T>): Promise<T> {
  return await inCache(
    path,
    doing,
    step,
    (errno) => outputHints[errno] ?? 'Check the disk of the output, or name another file.',
  );
}

/** Runs one step on the cache and types the error it throws; `ERR_NO_SPACE` also says how much space is left. */
export async function inCache<T>(
  path: string,
  doing: string,
  step: () => Promise<T>,
  hintOf?: (errno: string) => string,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const typed = cacheError(error, path, doing, hintOf);
    if (typed instanceof CacheError && typed.code === 'ERR_NO_SPACE') {
      const room = await statfs(dirname(path)).catch(() => undefined);
      if (room !== undefined) typed.details.freeBytes = room.bavail * room.bsize;
    }
    throw typed;
  }
}
