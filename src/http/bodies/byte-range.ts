import { defined } from '../../kit/defined.ts';

/** Validators for the condition of a later Range request (RFC 9110 13.1.5); empty if there is no strong one. */
export interface Validators {
  etag?: string;
  lastModified?: string;
}

/** A single part of a file: `end` is its last byte, `total` the length of the whole file. */
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

/** The value for `If-Range`; `undefined` if a transfer cannot be resumed. */
export function ifRange(validators: Validators): string | undefined {
  return validators.etag ?? validators.lastModified;
}

/** The value for `Range`: from `start`, to `end` (exclusive) if given. */
export function formatRange(start: number, end: number | undefined): string {
  return `bytes=${start}-${end === undefined ? '' : end - 1}`;
}

/** `Content-Range` of a single part; `undefined` if absent, malformed or without a total. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(value?.trim() ?? '');
  if (match === null) return undefined;
  const [start = 0, end = 0, total = 0] = match.slice(1).map(Number);
  return start <= end && end < total ? { start, end, total } : undefined;
}

/** `Content-Length` as a number; `undefined` if absent. */
export function parseContentLength(headers: Record<string, string>): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** True if an answer says that its server supports Range requests (RFC 9110 14.3). */
export function acceptsRanges(headers: Record<string, string>): boolean {
  const units = (headers['accept-ranges'] ?? '').split(',');
  return units.some((unit) => unit.trim().toLowerCase() === 'bytes');
}

/** True if both answers are about the same bytes, as far as the second one states validators. */
export function sameValidators(first: Validators, headers: Record<string, string>): boolean {
  const { etag, 'last-modified': lastModified } = headers;
  if (first.etag !== undefined && etag !== undefined) return first.etag === etag;
  if (first.lastModified === undefined || lastModified === undefined) return true;
  return first.lastModified === lastModified;
}
