import { isErrno } from '../../cache/cache-error.ts';
import { CacheError, UsageError } from '../../errors.ts';

/**
 * `ERR_NO_SPACE` for a device that cannot hold the disk, with both sizes in bytes. `isLeast`: the disk may need more.
 */
export function tooSmall(
  path: string,
  neededBytes: number,
  sizeBytes: number,
  isLeast = false,
): CacheError {
  const least = isLeast ? 'at least ' : '';
  return new CacheError({
    code: 'ERR_NO_SPACE',
    message: `${path} has ${sizeBytes} bytes, and the disk needs ${least}${neededBytes}`,
    hint: 'Name a larger device.',
    details: { path, neededBytes, freeBytes: sizeBytes },
  });
}

/**
 * `ERR_INVALID_REQUEST` for a device that another process or the system uses; `use` is a sentence from
 * `findDeviceUse`.
 */
export function inUse(path: string, use: string | undefined, cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${path} is in use${use === undefined ? '' : `: ${use}`}`,
    hint: 'Unmount or release it first, or name another device.',
    details: { field: 'output', value: path },
    cause,
  });
}

/** Runs one step on a device and converts a system error to `ERR_CACHE_IO`, which names the device. */
export async function onDevice<T>(path: string, doing: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isErrno(error)) throw error;
    const errno = error.code ?? 'unknown';
    const refused = ['EACCES', 'EPERM', 'EROFS'].includes(errno);
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `cannot ${doing} ${path}: ${errno}`,
      hint: refused
        ? 'Run this as a user who may write to the device, and check that it is not write-protected.'
        : 'Check the device, and the messages of the kernel (dmesg).',
      details: { path, errno },
      cause: error,
    });
  }
}
