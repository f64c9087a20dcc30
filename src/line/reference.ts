import { pathToFileURL } from 'node:url';
import { UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';

/** What a reference string names. */
export type Reference =
  | { kind: 'vendor'; vendor: string; release: string; snapshot?: string }
  | { kind: 'url'; url: URL }
  | { kind: 'file'; url: URL };

/**
 * Reads `scheme://…` as an address, a leading `.`, `/` or drive letter as a file, anything else as
 * `vendor[:release][@snapshot]`. Throws `ERR_INVALID_REQUEST`.
 */
export function parseReference(text: string): Reference {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return parseAddress(text);
  if (/^[./]|^[a-z]:[\\/]/i.test(text)) return { kind: 'file', url: pathToFileURL(text) };
  const match = /^([a-z0-9][a-z0-9-]{0,63})(?::([^\s:@/]{1,128}))?(?:@([^\s@/]{1,128}))?$/i.exec(
    text,
  );
  if (match?.[1] === undefined) throw malformed(text);
  return {
    kind: 'vendor',
    vendor: match[1].toLowerCase(),
    release: match[2] ?? 'latest',
    ...defined({ snapshot: match[3] }),
  };
}

function parseAddress(text: string): Reference {
  if (!URL.canParse(text)) throw malformed(text);
  const url = new URL(text);
  if (url.protocol === 'file:') return { kind: 'file', url };
  if (url.protocol === 'https:' || url.protocol === 'http:') return { kind: 'url', url };
  throw malformed(text);
}

function malformed(text: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `cannot read ${JSON.stringify(text.slice(0, 200))} as a reference`,
    hint: 'Write vendor:release (ubuntu:24.04), vendor@snapshot, an http(s) address, or a path that begins with ./ or /.',
    details: { field: 'reference', value: text.slice(0, 200) },
  });
}
