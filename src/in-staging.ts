import { openStaging, type Staging } from './cache/staging.ts';
import type { Call } from './call.ts';
import { isImageError } from './errors.ts';

const maxAttempts = 3;

/**
 * Runs work in an empty staging folder that is gone afterwards, whatever happened. A transfer that broke off and cannot be
 * continued starts again from byte 0, a few times.
 */
export async function inStaging<T>(
  call: Call,
  name: string,
  work: (staging: Staging) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const staging = await openStaging(call.cache, name);
    try {
      await staging.clear();
      return await work(staging);
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      if (attempt === maxAttempts || !isRestartable(error)) throw error;
      call.progress.retry(attempt, error.message, 0);
    } finally {
      await staging.remove();
    }
  }
}

function isRestartable(error: unknown): error is Error {
  if (!isImageError(error) || error.exitCode !== 4) return false;
  return 'restart' in error.details && error.details.restart === true;
}
