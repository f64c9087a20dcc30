interface Validators {
  etag: string | undefined;
  lastModified: string | undefined;
}
type Headers = Record<string, string | string[] | undefined>;

/** True if the client's copy is still valid: by If-None-Match, or without it by If-Modified-Since (RFC 9110 13.1). */
export function isNotModified(headers: Headers, validators: Validators): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) {
    if (validators.etag === undefined) return false;
    if (known === '*') return true;
    const wanted = opaque(validators.etag);
    return String(known)
      .split(',')
      .some((tag) => opaque(tag.trim()) === wanted);
  }
  const since = Date.parse(String(headers['if-modified-since'] ?? ''));
  return validators.lastModified !== undefined && Date.parse(validators.lastModified) <= since;
}

/**
 * The requested range, `end` exclusive; `undefined` for the whole body: no range, several ranges, a malformed one, or
 * an If-Range that no longer matches (RFC 9110 13.1.5, 14.2).
 */
export function rangeFor(
  headers: Headers,
  validators: Validators,
  total: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(String(headers['range'] ?? ''));
  if (match === null || !holds(headers['if-range'], validators)) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), total);
    return length === 0 ? 'unsatisfiable' : { start: total - length, end: total };
  }
  const start = Number(first);
  const end = last === '' ? total : Math.min(Number(last) + 1, total);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= total ? 'unsatisfiable' : { start, end };
}

function holds(condition: string | string[] | undefined, validators: Validators): boolean {
  if (condition === undefined) return true;
  const { etag, lastModified } = validators;
  // Strong comparison: a weak tag on either side never matches.
  if (String(condition).includes('"')) return condition === etag && !etag.startsWith('W/');
  return condition === lastModified;
}

function opaque(etag: string): string {
  return etag.replace(/^W\//, '');
}
