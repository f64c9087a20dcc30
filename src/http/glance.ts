import { TransferError } from '../errors.ts';
import { parseContentLength } from './bodies/byte-range.ts';
import { TransientFailure } from './retry.ts';
import type { Answer } from './wire.ts';

/**
 * The first bytes of a body that nobody needs in full, then drops the rest. A short body is taken to its end, so that
 * the connection can serve again. A body that fails gives no bytes; an abort is thrown.
 */
export async function glance(answer: Answer): Promise<Uint8Array> {
  try {
    const chunk = await answer.next();
    if (chunk?.length === parseContentLength(answer.headers)) await answer.next();
    return chunk ?? new Uint8Array();
  } catch (error) {
    if (error instanceof TransientFailure || error instanceof TransferError) {
      return new Uint8Array();
    }
    throw error;
  } finally {
    answer.close();
  }
}
