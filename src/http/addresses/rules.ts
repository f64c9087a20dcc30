import { IntegrityError, NotFoundError, TransferError, UsageError } from '../../errors.ts';
import { publicUrl, shownText } from '../../kit/public-url.ts';
import { isBelowMirror, type Mirrors, rewrite } from './mirrors.ts';
import { isPrivateHost } from './private-hosts.ts';

/** The inputs of the address rules. */
export interface AddressRules {
  mirrors: Mirrors;
  /** The caller gave a digest, so plain http is safe. */
  allowPlain: boolean;
  /** Origin of a registry on this machine that the caller named: no network can change its answers. */
  plainOrigin?: string | undefined;
}

/** An address that may be requested, and whether a mirror that the caller named led to it. */
export interface Hop {
  url: URL;
  mirrored: boolean;
  /** True if this hop, or one before it, is plain http. */
  plain: boolean;
}

/** An address for a request, without its fragment. Throws `ERR_INVALID_REQUEST` for a text that is not an address. */
export function parseAddress(url: URL | string): URL {
  if (!URL.canParse(String(url))) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `${JSON.stringify(shownText(String(url)))} is not an address`,
      hint: 'Give a complete https address.',
      details: { field: 'url' },
    });
  }
  const parsed = new URL(url);
  parsed.hash = '';
  return parsed;
}

/**
 * The first address of a request, after rewriting. Refuses an address that is neither https nor permitted plain http.
 */
export function firstHop(asked: URL, rules: AddressRules): Hop {
  const ruled = rewrite(asked, rules.mirrors);
  const hop: Hop = { ...ruled, plain: ruled.url.protocol === 'http:' };
  if (!isWeb(hop.url)) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `${publicUrl(hop.url)} is not an https address`,
      hint: 'Give an https address.',
      details: { field: 'url', value: publicUrl(hop.url) },
    });
  }
  const isFine = hop.mirrored || rules.allowPlain || hop.url.origin === rules.plainOrigin;
  if (hop.plain && !isFine) throw plain(hop.url);
  return hop;
}

/**
 * The target of a redirect, rewritten if a mirror covers it. Refuses a redirect from https to plain http or another
 * scheme, and from a public host to private addresses, unless the caller named the target as a mirror.
 */
export function nextHop(from: Hop, location: string, rules: AddressRules): Hop {
  if (!URL.canParse(location, from.url)) throw refused(from.url, 'an invalid address', '');
  const target = new URL(location, from.url);
  target.hash = '';
  const sameOrigin = target.origin === from.url.origin;
  if (!sameOrigin) {
    // A redirect must not choose credentials for another origin, or pass on those of this one.
    target.username = '';
    target.password = '';
  }
  if (!isWeb(target)) throw refused(from.url, `the scheme ${target.protocol}`, publicUrl(target));
  const ruled = rewrite(target, rules.mirrors);
  const named = ruled.mirrored || isBelowMirror(ruled.url, rules.mirrors);
  const to: Hop = {
    url: ruled.url,
    mirrored: named || from.mirrored,
    plain: from.plain || ruled.url.protocol === 'http:',
  };
  if (named) return to;
  const shown = publicUrl(target);
  if (target.protocol === 'http:') {
    if (from.url.protocol === 'https:') throw refused(from.url, 'plain http', shown);
    if (!sameOrigin && !rules.allowPlain) throw plain(target);
  }
  if (isPrivateHost(target.hostname) && !isPrivateHost(from.url.hostname)) {
    throw refused(from.url, 'a private address', shown);
  }
  return to;
}

/** `ERR_OFFLINE_MISS`: the call would have needed a request. */
export function offlineMiss(url: URL): NotFoundError {
  return new NotFoundError({
    code: 'ERR_OFFLINE_MISS',
    message: `the call is offline, and it needs ${publicUrl(url)}`,
    hint: 'Call once without offline (--offline), so that the answer is cached.',
    details: { field: 'offline', value: publicUrl(url) },
  });
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}

function plain(url: URL): IntegrityError {
  const shown = publicUrl(url);
  return new IntegrityError({
    code: 'ERR_UNTRUSTED',
    message: `${shown} is plain http, so others on the network could change the bytes`,
    hint: 'Use https, name a mirror for this address (mirrors, --mirror), or give the digest of the file (digest, --digest).',
    details: { url: shown },
  });
}

function refused(from: URL, what: string, location: string): TransferError {
  const at = location === '' ? '' : `: ${location}`;
  return new TransferError({
    code: 'ERR_REDIRECT',
    message: `${publicUrl(from)} redirects to ${what}${at}`,
    hint: 'Use the final https address, or name it as a mirror (mirrors, --mirror) if you trust it.',
    details: { url: publicUrl(from), location },
  });
}
