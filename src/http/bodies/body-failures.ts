import { raiseLimit } from '../../errors/limit-hint.ts';
import { type DecodeError, IntegrityError, refuse, TransferError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { TransientFailure } from '../retry.ts';

/** The errors that end a transfer, besides those of the network and of a status. */

/** The end came too early; `BodyTransfer` adds the counts. */
export function cutShort(url: URL, received: number, wanted: number): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(url)}: the connection ended after ${received} of ${wanted} bytes`,
    hint: 'Check the network and try again.',
    details: { url: publicUrl(url) },
  });
}

/** The transfer cannot be resumed; `why` says what the server did instead. */
export function cannotContinue(url: URL, received: number, why: string): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(url)}: the download stopped after ${received} bytes, and the server ${why}`,
    hint: 'Start the download again.',
    details: { url: publicUrl(url), restart: true },
  });
}

/** Bytes that were transformed on the way are not the published file. */
export function foreignEncoding(url: URL, encoding: string): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(url)} answers with the content encoding ${encoding}, which was not requested`,
    hint: 'Use another mirror, or have the server or proxy send the file as it is.',
    details: { url: publicUrl(url), field: 'content-encoding' },
  });
}

export function wrongSize(url: URL, actual: number, expected: number): IntegrityError {
  const over = actual > expected ? 'at least ' : '';
  return new IntegrityError({
    code: 'ERR_SIZE',
    message: `${publicUrl(url)} has ${over}${actual} bytes where ${expected} are expected`,
    hint: 'Do not use the file; the vendor may be changing it right now, so try later.',
    details: { url: publicUrl(url), expected: String(expected), actual: String(actual) },
  });
}

/** `needed` is the length of the file, if known. */
export function bodyTooLong(
  url: URL,
  actual: number,
  limit: number,
  needed: number | undefined,
): DecodeError {
  return refuse('limit', `${publicUrl(url)} is longer than ${limit} bytes`, {
    hint: raiseLimit('downloadBytes', needed),
    limit,
    value: actual,
  });
}

/** Adds the counts of a transfer to a failure after its first byte; one that cannot be continued asks for a restart. */
export function describeFailure(
  error: unknown,
  {
    receivedBytes,
    expectedBytes,
    canContinue,
  }: { receivedBytes: number; expectedBytes: number | undefined; canContinue: boolean },
): unknown {
  const failure = error instanceof TransientFailure ? error.failure : error;
  if (!(failure instanceof TransferError) || receivedBytes === 0) return error;
  failure.details.receivedBytes = receivedBytes;
  if (expectedBytes !== undefined) failure.details.expectedBytes = expectedBytes;
  if (failure === error || canContinue) return error;
  failure.details.restart = true;
  return failure;
}
