import { defined } from '../../kit/defined.ts';

/** What a later Range request may be conditioned on (RFC 9110 13.1.5); empty when nothing strong was given. */
export interface Validators {
  etag?: string;
  lastModified?: string;
}

/** A single part of a file: `end` is its last byte, `total` the length of the whole. */
export interface ContentRange {
  start: number;
  end: number;
  total: number;
}

/**
 * The strong validators of an answer: an ETag that is not weak, and a Last-Modified at least 60 s older than the
 * answer's Date (RFC 9110 8.8.2.2).
 */
export function strongValidators(headers: Record<string, string>): Validators {
  const { etag, date, 'last-modified': lastModified } = headers;
  const strongEtag = etag !== undefined && /^"[^"]*"$/.test(etag);
  const age = Date.parse(date ?? '') - Date.parse(lastModified ?? '');
  return defined({
    etag: strongEtag ? etag : undefined,
    lastModified: age >= 60_000 ? lastModified : undefined,
  });
}

/** The value for `If-Range`; `undefined` when a transfer cannot be continued. */
export function ifRange(validators: Validators): string | undefined {
  return validators.etag ?? validators.lastModified;
}

/** The value for `Range`: from `start` on, up to `end` (exclusive) where given. */
export function formatRange(start: number, end: number | undefined): string {
  return `bytes=${start}-${end === undefined ? '' : end - 1}`;
}

/** `Content-Range` of a single part; `undefined` when absent, malformed or of unknown total. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(value?.trim() ?? '');
  if (match === null) return undefined;
  const [start = 0, end = 0, total = 0] = match.slice(1).map(Number);
  return start <= end && end < total ? { start, end, total } : undefined;
}

/** `Content-Length` as a number; `undefined` when absent. */
export function parseContentLength(headers: Record<string, string>): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** True when an answer says that its server takes Range requests (RFC 9110 14.3). */
export function acceptsRanges(headers: Record<string, string>): boolean {
  const units = (headers['accept-ranges'] ?? '').split(',');
  return units.some((unit) => unit.trim().toLowerCase() === 'bytes');
}

/** True when both answers speak of the same bytes, as far as the second one says. */
export function sameValidators(first: Validators, headers: Record<string, string>): boolean {
  const { etag, 'last-modified': lastModified } = headers;
  if (first.etag !== undefined && etag !== undefined) return first.etag === etag;
  if (first.lastModified === undefined || lastModified === undefined) return true;
  return first.lastModified === lastModified;
}
