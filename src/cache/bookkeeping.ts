import { hasRemedy, isImageError } from '../errors.ts';
import type { Cache } from './cache.ts';
import { isErrno } from './cache-error.ts';

/**
 * Runs a step that only saves work later or takes room away. What the file system refuses it ends no call: the caller is
 * warned, and `otherwise` stands in for the result.
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
    // A step without the lock that it needs is a mistake of this program.
    if (isImageError(error, 'ERR_CACHE_LOCKED')) throw error;
    if (!isErrno(error) && !hasRemedy(error, 'cache')) throw error;
    cache.warn({ code: 'bookkeeping', message: `${what}: ${error.message}` });
    return otherwise;
  }
}
