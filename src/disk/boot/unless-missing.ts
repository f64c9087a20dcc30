import { DecodeError, NotFoundError } from '../../errors.ts';

/** `undefined` for what is not there, and for a folder where a file should be or the other way round. */
export async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    if (error instanceof DecodeError && error.details.reason === 'not-a-file') return undefined;
    throw error;
  }
}
