import { TransferError } from '../errors.ts';
import { publicUrl } from '../kit/public-url.ts';
import { TransientFailure } from './retry.ts';
import { readUpTo, type WireRequest } from './wire/answer.ts';
import type { Wire } from './wire/wire.ts';

/** One request that changes something, or asks about an upload. */
export type SentRequest = Omit<WireRequest, 'headers'> & {
  headers?: Record<string, string> | undefined;
};

/** Any answer of the server, including redirects and refusals. */
export interface SentAnswer {
  status: number;
  headers: Record<string, string>;
  /** The beginning of the body, as text. */
  text: string;
}

/** The answer of an API is never longer. */
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * Sends a request once. It follows no redirect, because a change for one server must not reach another, and retries
 * nothing. A failed transfer is `ERR_NETWORK` or `ERR_STALLED`.
 */
export async function sendOnce(wire: Wire, request: SentRequest): Promise<SentAnswer> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', ...request.headers };
  try {
    const answer = await wire.send({ ...request, headers });
    const { bytes, more } = await readUpTo(answer, maxAnswerBytes);
    if (more) throw tooLong(request.url);
    const text = new TextDecoder().decode(bytes);
    return { status: answer.status, headers: answer.headers, text };
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    throw error instanceof TransientFailure ? error.failure : error;
  }
}

function tooLong(url: URL): TransferError {
  const shown = publicUrl(url);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${shown} answers with more than ${maxAnswerBytes} bytes`,
    hint: 'Check the address.',
    details: { url: shown, expectedBytes: maxAnswerBytes },
  });
}
