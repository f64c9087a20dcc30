import { TransferError } from '../../errors.ts';
import { parseContentLength } from '../bodies/byte-range.ts';
import { TransientFailure } from '../retry.ts';
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

/** At most `maxBytes` of a body, and whether there was more; the rest is dropped. */
export async function readUpTo(
  answer: Answer,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; more: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next()) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) return { bytes: joined(chunks).subarray(0, maxBytes), more: true };
    }
    return { bytes: joined(chunks), more: false };
  } finally {
    answer.close();
  }
}

function joined(chunks: Uint8Array[]): Uint8Array {
  // A plain Uint8Array: a Buffer's slice() would share memory with it.
  const { buffer, byteOffset, byteLength } = Buffer.concat(chunks);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
