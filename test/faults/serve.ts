import { rangeFor } from '../../src/testing/preconditions.ts';
import type {
  UpstreamExchangeRequest,
  UpstreamExchangeResponse,
} from '../../src/testing/upstream.ts';

/** A file with the facts of a server. */
export interface ServedFile {
  bytes: Uint8Array;
  /** Absent: no validator. */
  etag?: string | undefined;
  /** Default true. */
  ranges?: boolean | undefined;
}

const sliceBytes = 16 * 1024;

/**
 * Answers as RFC 9110 requires, and stops before the byte `stopAt` of the file: the caller adds the fault. True if
 * everything was sent.
 */
export async function serve(
  request: UpstreamExchangeRequest,
  response: UpstreamExchangeResponse,
  file: ServedFile,
  stopAt: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const { bytes, etag, ranges = true } = file;
  const headers: Record<string, string> = etag === undefined ? {} : { etag };
  const validators = { etag, lastModified: undefined };
  const range = ranges ? rangeFor(request.headers, validators, bytes.length) : undefined;
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.length}` });
    response.end();
    return true;
  }
  const { start, end } = range ?? { start: 0, end: bytes.length };
  const span = `bytes ${start}-${end - 1}/${bytes.length}`;
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'content-length': end - start,
    ...(range === undefined ? {} : { 'content-range': span }),
  });
  response.flushHeaders();
  await send(response, bytes.subarray(start, Math.max(start, Math.min(end, stopAt))));
  if (stopAt < end) return false;
  response.end();
  return true;
}

/** Writes as fast as the other side reads; ends early when the connection is closed. */
export async function send(response: UpstreamExchangeResponse, bytes: Uint8Array): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  for (let at = 0; at < bytes.length && !response.destroyed; at += sliceBytes) {
    if (response.write(bytes.subarray(at, at + sliceBytes))) continue;
    const drained = new Promise<void>((resolve) => response.once('drain', resolve));
    await Promise.race([drained, closed]);
  }
}

/** Cuts the connection after the written bytes have been sent. */
export function cut(response: UpstreamExchangeResponse): void {
  setImmediate(() => response.destroy());
}
