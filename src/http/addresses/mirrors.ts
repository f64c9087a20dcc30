import { UsageError } from '../../errors.ts';
import { hasDoubtfulPassword, shownText } from '../../kit/public-url.ts';

/** Address prefixes and their replacements, as the caller gave them. */
export type Mirrors = Record<string, string>;

/**
 * Applies the longest prefix that covers `url`. A prefix covers only whole path segments, with or without a `/` at
 * its end. User info is not passed on to a mirror. Throws `ERR_INVALID_REQUEST` for a prefix or mirror that is not an
 * http(s) address.
 */
export function rewrite(url: URL, mirrors: Mirrors): { url: URL; mirrored: boolean } {
  const address = withoutUserInfo(url);
  const longest = Object.entries(mirrors)
    .map(([from, to]) => ({ from: parsePrefix(from), to: parsePrefix(to) }))
    .filter(({ from }) => covers(from, address))
    .sort((a, b) => b.from.length - a.from.length)[0];
  if (longest === undefined) return { url, mirrored: false };
  const rest = address.slice(trimmed(longest.from).length);
  return { url: new URL(trimmed(longest.to) + rest), mirrored: true };
}

/** True if `url` lies below the address of a mirror itself, on the right-hand side of the rules. */
export function isBelowMirror(url: URL, mirrors: Mirrors): boolean {
  const address = withoutUserInfo(url);
  return Object.values(mirrors).some((to) => covers(withoutUserInfo(parsePrefix(to)), address));
}

/** Checks every rule at once, so that a wrong one is reported even if no address matches it. */
export function checkMirrors(mirrors: Mirrors): void {
  for (const [from, to] of Object.entries(mirrors)) {
    parsePrefix(from);
    parsePrefix(to);
  }
}

function covers(prefix: string, address: string): boolean {
  if (!address.startsWith(prefix)) return false;
  if (prefix.endsWith('/') || address.length === prefix.length) return true;
  return /^[/?]/.test(address.slice(prefix.length));
}

function parsePrefix(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const valid = url?.protocol === 'https:' || url?.protocol === 'http:';
  const isPrefix = valid && url.search === '' && url.hash === '' && !hasDoubtfulPassword(text);
  if (isPrefix) return url.href;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `mirrors: ${JSON.stringify(shownText(text))} is not an http or https address prefix`,
    hint: 'Write a mirror as FROM=TO (--mirror), such as https://cloud-images.ubuntu.com/=https://mirror.example/ubuntu/.',
    details: { field: 'mirrors' },
  });
}

function withoutUserInfo(url: URL | string): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  return bare.href;
}

function trimmed(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}
