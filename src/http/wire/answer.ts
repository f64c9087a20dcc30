import { TransferError } from '../../errors.ts';
import { parseContentLength } from '../bodies/byte-range.ts';
import { TransientFailure } from '../retry.ts';

/** One request on the wire, without redirects and retries. */
export interface WireRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** The caller uses a chunk before it asks for the next one, so its memory may be reused. */
  lends?: boolean | undefined;
  /** Streamed to the server; its length is sent before as `Content-Length`. */
  body?: WireBody | undefined;
}

/** The body of a request. */
export interface WireBody {
  sizeBytes: number;
  /** All bytes in order; called again only if a registry refused the request with a challenge. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Status and headers of an answer; its body must be read or closed. */
export interface Answer {
  readonly url: URL;
  readonly status: number;
  /** Lower-case names; repeated headers joined with commas. */
  readonly headers: Record<string, string>;
  /** The proxy through which it came, as `host:port`. */
  readonly proxy: string | undefined;
  /** The next bytes, valid until the next call if the request has `lends`; `undefined` after the last. */
  next(): Promise<Uint8Array | undefined>;
  /** Drops the unread rest. */
  close(): void;
}

/**
 * Drops a body and returns its first bytes. A body of one piece is read to its end, so that the connection can be
 * used again. A failing body gives no bytes; an abort is thrown.
 */
export async function dropBody(answer: Answer): Promise<Uint8Array> {
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
      if (length > maxBytes) return { bytes: join(chunks).subarray(0, maxBytes), more: true };
    }
    return { bytes: join(chunks), more: false };
  } finally {
    answer.close();
  }
}

function join(chunks: Uint8Array[]): Uint8Array {
  // A plain Uint8Array, because a Buffer's slice() would share its memory.
  const { buffer, byteOffset, byteLength } = Buffer.concat(chunks);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
