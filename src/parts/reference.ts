import { pathToFileURL } from 'node:url';
import { UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { hasDoubtfulPassword, shownText } from '../kit/public-url.ts';

/** What a reference means. */
export type Reference =
  | { kind: 'vendor'; vendor: string; release: string; snapshot?: string }
  | { kind: 'url'; url: URL }
  | { kind: 'file'; url: URL };

/**
 * An image in a registry as a release: `HOST[:PORT]/REPOSITORY[:TAG]`, with its digest as the snapshot. A host is
 * recognised by a dot, a colon or its name.
 */
const inRegistry =
  /^([a-z0-9][a-z0-9-]{0,63}):((?:localhost(?=\/)|(?=[^/]*[.:])[a-z0-9.:[\]-]{1,253})\/[a-z0-9._/-]{1,255}(?::\w[\w.-]{0,127})?)(?:@(sha(?:256|512)[:-][0-9a-f]{64,128}))?$/i;

/**
 * Parses `scheme://…` as an address, a text with a leading `.`, `/` or drive letter as a file, and anything else as
 * `vendor[:release][@snapshot]`. Only the first `:` ends the vendor, because the release may be an image in a
 * registry. Throws `ERR_INVALID_REQUEST`.
 */
export function parseReference(text: string): Reference {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return parseAddress(text);
  if (/^[./]|^[a-z]:[\\/]/i.test(text)) return { kind: 'file', url: pathToFileURL(text) };
  const match =
    /^([a-z0-9][a-z0-9-]{0,63})(?::([^\s:@/]{1,128}))?(?:@([^\s@/]{1,128}))?$/i.exec(text) ??
    inRegistry.exec(text);
  if (match?.[1] === undefined) throw malformed(text);
  return {
    kind: 'vendor',
    vendor: match[1].toLowerCase(),
    release: match[2] ?? 'latest',
    // A snapshot is part of file names.
    ...defined({ snapshot: match[3]?.replace(/^(sha(?:256|512)):(?=[0-9a-f]{64})/i, '$1-') }),
  };
}

/** The origin of a registry on this machine, which uses plain http; `undefined` for any other reference. */
export function originOnLoopback(text: string): string | undefined {
  const [, , release = ''] = inRegistry.exec(text) ?? [];
  const host = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?=\/)/i.exec(release)?.[0];
  return host === undefined ? undefined : URL.parse(`http://${host}`)?.origin;
}

function parseAddress(text: string): Reference {
  if (!URL.canParse(text) || hasDoubtfulPassword(text)) throw malformed(text);
  const url = new URL(text);
  if (url.protocol === 'file:') return { kind: 'file', url };
  if (url.protocol === 'https:' || url.protocol === 'http:') return { kind: 'url', url };
  throw malformed(text);
}

function malformed(text: string): UsageError {
  const shown = shownText(text);
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(shown)} is not a reference`,
    hint: hasDoubtfulPassword(text)
      ? 'Write "/", "?", "#" and "@" of a user name or password as %2F, %3F, %23 and %40, and "@" of a path as %40.'
      : 'Write vendor:release (ubuntu:24.04), vendor@snapshot, oci:HOST/REPOSITORY:TAG, an http(s) address, or a path that begins with ./ or /.',
    details: { field: 'reference', value: shown },
  });
}
