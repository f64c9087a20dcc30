import { DecodeError, NotFoundError } from '../../errors.ts';

/** `undefined` for a missing path, and for a folder in place of a file or a file in place of a folder. */
export async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    if (error instanceof DecodeError && error.details.reason === 'not-a-file') return undefined;
    throw error;
  }
}
