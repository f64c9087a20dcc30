import { TransferError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { isHtml } from '../kit/is-html.ts';
import { publicUrl } from '../kit/public-url.ts';
import { RedirectedFailure, TransientFailure, type Tuning } from './retry.ts';
import { type Answer, dropBody } from './wire/answer.ts';

const transient = new Set([408, 425, 429, 500, 502, 503, 504]);
/** These 4xx concern the moment or the network, not the document. */
const momentary = new Set([408, 425, 429]);

/** Statuses for a rate limit; 402 and 403 only with `Retry-After`. */
const ratings = new Set([402, 403, 429]);

/** True for a status that may change with another attempt. */
export function isTransient(status: number): boolean {
  return transient.has(status);
}

/** True for an answer that a repeated request would not change: any 4xx that does not concern the moment. */
export function isLasting(status: number): boolean {
  return status >= 400 && status < 500 && !momentary.has(status);
}

/** The error for an unsuccessful answer: `ERR_HTTP_STATUS`, transient if the status says so. */
export async function statusFailure(
  answer: Answer,
  { retryAfterCapMs, backoffBaseMs }: Pick<Tuning, 'retryAfterCapMs' | 'backoffBaseMs'>,
): Promise<TransientFailure | TransferError> {
  const { status, proxy } = answer;
  const head = await dropBody(answer);
  const html = isHtmlPage(answer, head);
  const shown = publicUrl(answer.url);
  const phrase = process.getBuiltinModule('node:http').STATUS_CODES[status];
  const failure = new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: [
      `${shown}: ${status}${phrase === undefined ? '' : ` ${phrase}`}`,
      html ? ' and an HTML page' : '',
      proxy === undefined ? '' : ` (through the proxy ${proxy})`,
    ].join(''),
    hint: hintFor(answer, html),
    details: defined({ url: shown, status, proxy }),
  });
  const wait = parseRetryAfter(answer.headers['retry-after'], Date.now());
  const isRated = ratings.has(status) && wait !== undefined;
  if (isRated && wait > retryAfterCapMs) return comeBackLater(failure, wait);
  const told = status === 429 ? parseToldWait(new TextDecoder().decode(head)) : undefined;
  if (told !== undefined && wait === undefined) {
    // With a rate of thousands per minute, a server may ask all refused clients for a wait below a millisecond.
    return new TransientFailure(failure, undefined, Math.max(told, backoffBaseMs));
  }
  return isTransient(status) || isRated ? new TransientFailure(failure, wait) : failure;
}

/** The server says when it will answer, but the wait is too long. */
function comeBackLater(failure: TransferError, waitMs: number): TransferError {
  const latest = 8_640_000_000_000_000;
  const retryAt = new Date(Math.min(latest, Date.now() + waitMs)).toISOString();
  const { code, message, details } = failure;
  return new TransferError({
    code,
    message: `${message}; the server asks to try again at ${retryAt}`,
    hint: `Try again after ${retryAt}.`,
    details: { ...details, retryAt },
  });
}

/**
 * The failure of a place to which a redirect led: one of many mirrors may lack the file or have a wrong certificate.
 */
export function atPlace(error: unknown, asked: URL, place: URL): unknown {
  if (!(error instanceof TransferError) || asked.origin === place.origin) return error;
  const { status = 0, reason, retryAt } = error.details;
  const isBad = (isLasting(status) && status !== 407 && retryAt === undefined) || reason === 'tls';
  return isBad ? new RedirectedFailure(error) : error;
}

function isHtmlPage(answer: Answer, head: Uint8Array): boolean {
  const declared = /^(?:text\/html|application\/xhtml)/i.test(answer.headers['content-type'] ?? '');
  return declared || isHtml(head);
}

function hintFor({ status, url }: Answer, html: boolean): string {
  if (status === 401 && url.pathname.startsWith('/v2/')) {
    return `Log in to ${url.host} with docker or podman, and check that the account may use the repository.`;
  }
  if (status === 407) return 'Give the proxy the credentials it asks for.';
  if (status === 404 || status === 410) return 'Check that upstream still publishes this address.';
  if (momentary.has(status) || status >= 500) return 'Wait and try again.';
  if (html)
    return 'Open the address in a browser: a portal, a block list or a login may stand before it.';
  return 'Check that upstream serves this address to you.';
}

/**
 * A `Retry-After` header as milliseconds from `now`, never negative; `undefined` if absent or malformed (RFC 9110
 * 10.2.3).
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // HTTP dates begin with the name of a day; Date.parse alone would read "-5" as a year.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * The wait in the body of a GHCR answer, in milliseconds: `retry-after: 1.16676ms, allowed: 44000/minute`, a duration
 * in Go syntax.
 */
export function parseToldWait(text: string): number | undefined {
  const [, duration] =
    /\bretry-after: ?((?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+)/i.exec(text) ?? [];
  if (duration === undefined) return undefined;
  const parts = duration.toLowerCase().matchAll(/([\d.]+)(\D+)/g);
  return [...parts].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit.replace(/[µμ]/, 'u')] ?? 0),
    0,
  );
}
