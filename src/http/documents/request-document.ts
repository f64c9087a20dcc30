import { raiseLimit } from '../../errors/limit-hint.ts';
import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { Hop } from '../addresses/rules.ts';
import { type AskContext, ask } from '../ask.ts';
import { parseContentLength } from '../bodies/byte-range.ts';
import { TransientFailure, withRetries } from '../retry.ts';
import { statusFailure } from '../status-failure.ts';
import { type Answer, dropBody, readUpTo } from '../wire/answer.ts';
import type { OriginSlots } from './origin-slots.ts';
import { addressKey, type StoredDocument } from './store.ts';
import { unpackDocument } from './unpack-document.ts';

export interface DocumentRequest {
  accept: string;
  maxBytes: number;
  headBytes: number | undefined;
  /** Bypass the caches of the network. */
  noCache: boolean;
  /** The stored document; its validators make the request conditional. */
  stored: StoredDocument | undefined;
}

/** The answer of an address: a document, or that the stored one is still valid. */
export type DocumentAnswer =
  | { hop: Hop; unchanged: true }
  | { hop: Hop; unchanged: false; bytes: Uint8Array; headers: Record<string, string> };

/** Reads one document from the network, with redirects and retries. Throws `ERR_HTTP_STATUS` for a bad status. */
export async function requestDocument(
  start: Hop,
  request: DocumentRequest,
  context: AskContext,
  slots: OriginSlots,
): Promise<DocumentAnswer> {
  const run = async (): Promise<DocumentAnswer> => {
    const { hop, value } = await ask(
      start,
      {
        method: 'GET',
        headersFor: (hop) => headersFor(hop, request),
        slots,
        read: (answer, hop) => read(answer, headersFor(hop, request), request, context),
      },
      context,
    );
    return value === 'unchanged'
      ? { hop, unchanged: true }
      : { hop, unchanged: false, bytes: value.bytes, headers: value.headers };
  };
  return await withRetries(start.url, run, context.attempts);
}

function headersFor(hop: Hop, request: DocumentRequest) {
  const { stored, headBytes } = request;
  // Validators are for one address; if a redirect leads elsewhere now, the answer must not be 304.
  const known = stored?.finalKey === addressKey(hop.url) ? stored : undefined;
  return defined({
    accept: request.accept,
    // A range of a compressed answer would not be a range of the document.
    'accept-encoding': headBytes === undefined ? 'gzip' : 'identity',
    range: headBytes === undefined ? undefined : `bytes=0-${headBytes - 1}`,
    'cache-control': request.noCache ? 'no-cache' : undefined,
    pragma: request.noCache ? 'no-cache' : undefined,
    'if-none-match': known?.etag,
    'if-modified-since': known?.lastModified,
  });
}

async function read(
  answer: Answer,
  asked: ReturnType<typeof headersFor>,
  request: DocumentRequest,
  { attempts: { tuning } }: AskContext,
): Promise<'unchanged' | { bytes: Uint8Array; headers: Record<string, string> }> {
  const { maxBytes, headBytes } = request;
  const conditional = 'if-none-match' in asked || 'if-modified-since' in asked;
  if (answer.status === 304 && conditional) {
    await dropBody(answer);
    return 'unchanged';
  }
  const head = answer.status === 206 && headBytes !== undefined;
  if (answer.status !== 200 && !head) throw await statusFailure(answer, tuning);
  const problem = refusal(answer, head, headBytes === undefined ? maxBytes : undefined);
  if (problem !== undefined) {
    answer.close();
    throw problem;
  }
  const { bytes, more } = await readUpTo(answer, headBytes ?? maxBytes);
  if (more && headBytes === undefined) throw documentTooLong(answer.url, maxBytes);
  const isCut = headBytes !== undefined;
  const whole = await unpack(answer, bytes, { maxBytes, isCut });
  return { bytes: isCut ? whole.subarray(0, headBytes) : whole, headers: answer.headers };
}

async function unpack(
  answer: Answer,
  bytes: Uint8Array,
  options: { maxBytes: number; isCut: boolean },
): Promise<Uint8Array> {
  const unpacked = await unpackDocument(answer, bytes, options).catch((error: unknown) => {
    if (Reflect.get(Object(error), 'code') === 'ERR_BUFFER_TOO_LARGE') {
      throw documentTooLong(answer.url, options.maxBytes);
    }
    throw new TransientFailure(
      unusable(answer.url, 'is compressed, and the compressed data is damaged'),
    );
  });
  if (unpacked instanceof Uint8Array) return unpacked;
  const what = `answers with the content encoding ${unpacked.encoding}, which was not requested`;
  throw unusable(answer.url, what);
}

function refusal(
  answer: Answer,
  head: boolean,
  maxBytes: number | undefined,
): TransferError | undefined {
  if (head && !/^bytes 0-\d/i.test(answer.headers['content-range'] ?? '')) {
    return unusable(answer.url, 'answers with a different range, not with the beginning');
  }
  const declared = parseContentLength(answer.headers) ?? 0;
  if (maxBytes === undefined || declared <= maxBytes) return undefined;
  // The length of a compressed answer is not the length of the document.
  const isPacked = answer.headers['content-encoding'] !== undefined;
  return documentTooLong(answer.url, maxBytes, isPacked ? undefined : declared);
}

/** The error for a document beyond its bound; `needed` is its length, if known. */
export function documentTooLong(url: URL, maxBytes: number, needed?: number): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${publicUrl(url)} is longer than the ${maxBytes} bytes allowed for a document`,
    hint: raiseLimit('metadataBytes', needed),
    details: { url: publicUrl(url), expectedBytes: maxBytes },
  });
}

function unusable(url: URL, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${publicUrl(url)} ${what}`,
    hint: 'Use another mirror, or try later.',
    details: { url: publicUrl(url) },
  });
}
