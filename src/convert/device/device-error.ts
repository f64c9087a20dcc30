import { isErrno } from '../../cache/cache-error.ts';
import { CacheError, UsageError } from '../../errors.ts';

/** The device cannot hold the disk: `ERR_NO_SPACE` with both numbers, in bytes. `isLeast`: the disk may need more. */
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

/** Another process or the system uses the device: `ERR_INVALID_REQUEST`; `use` is a sentence of `findDeviceUse`. */
export function inUse(path: string, use: string | undefined, cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${path} is in use${use === undefined ? '' : `: ${use}`}`,
    hint: 'Unmount or release it first, or name another device.',
    details: { field: 'output', value: path },
    cause,
  });
}

/** Runs one step on a device and types what the system says: `ERR_CACHE_IO` naming the device. */
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
        ? 'Run this as a user who may write to the device, and see that it is not write-protected.'
        : 'Check the device and the messages of the kernel.',
      details: { path, errno },
      cause: error,
    });
  }
}
