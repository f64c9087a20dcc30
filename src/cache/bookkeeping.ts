import { hasRemedy, isImageError } from '../errors.ts';
import type { Cache } from './cache.ts';
import { isErrno } from './cache-error.ts';

/**
 * Runs a step that only saves later work or frees space. A file system error does not end the call: the caller gets a
 * warning, and the result of `otherwise` is used.
 */
export async function asBookkeeping<T>(
  cache: Cache,
  what: string,
  otherwise: T,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    // A step that runs without its lock is a bug in this program.
    if (isImageError(error, 'ERR_CACHE_LOCKED')) throw error;
    if (!isErrno(error) && !hasRemedy(error, 'cache')) throw error;
    cache.warn({ code: 'bookkeeping', message: `${what}: ${error.message}` });
    return otherwise;
  }
}
