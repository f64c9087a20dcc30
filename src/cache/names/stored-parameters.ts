import { createHash } from 'node:crypto';

/**
 * Parameters as names and records store them. A hash replaces the query of an address, and the text before an `@`
 * that is not plain user info. Both can contain secrets, and other users read the cache.
 */
export function storedParameters(
  parameters: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const pairs = Object.entries(parameters ?? {}).map(([name, value]) => [name, stored(value)]);
  return Object.fromEntries(pairs);
}

function stored(value: string): string {
  const url = value.includes('://') ? URL.parse(value) : null;
  const at = value.lastIndexOf('@');
  if (url === null) return at < 0 ? value : `${hash8(value.slice(0, at))}${value.slice(at)}`;
  if (url.username === '' && url.password === '' && url.search === '') return value;
  url.username = '';
  url.password = '';
  if (url.search !== '') url.search = hash8(url.search);
  return url.href;
}

function hash8(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
