import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from '../cache/cache-error.ts';
import { CacheError, UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';

/** `ERR_INVALID_REQUEST` for one option or operand of a clone. */
export function refuseClone(
  field: string,
  message: string,
  hint: string,
  value?: string,
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint,
    details: defined({ field, value }),
  });
}

const hints: Record<string, string> = {
  EACCES: 'Name a file in a folder that this user may write to.',
  EPERM: 'Name a file in a folder that this user may write to.',
  EROFS: 'Name a file on a file system that is not read-only.',
  EFBIG: 'Choose a smaller size, or a file system with larger files.',
};

/**
 * Runs one step on the output and converts a system error to `ERR_NO_SPACE`, or to `ERR_CACHE_IO`, which names the
 * path.
 */
export async function onOutput<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isErrno(error)) throw error;
    const errno = error.code ?? 'unknown';
    if (isFull(error)) throw await full(path, errno, error);
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `cannot write ${path}: ${errno}`,
      hint: hints[errno] ?? 'Check the file system that the output lies on, or name another file.',
      details: { path, errno },
      cause: error,
    });
  }
}

function isFull(error: unknown): boolean {
  return isErrno(error, 'ENOSPC', 'EDQUOT');
}

async function full(path: string, errno: string, cause: unknown): Promise<CacheError> {
  const room = await statfs(dirname(path)).catch(() => undefined);
  const freeBytes = room && room.bavail * room.bsize;
  return new CacheError({
    code: 'ERR_NO_SPACE',
    message: `cannot write ${path}: the disk or quota is full (${errno})`,
    hint: 'Free space where the output lies, or name a file on another disk.',
    details: defined({ path, errno, freeBytes }),
    cause,
  });
}
