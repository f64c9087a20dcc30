import type { Digest } from '../contracts/proof.ts';
import { TransferError, UsageError } from '../errors.ts';
import { parseText } from './records.ts';

type Algorithm = 'sha256' | 'sha512';

const hexLengths = new Map<number, Algorithm>([
  [64, 'sha256'],
  [128, 'sha512'],
]);

/**
 * The digest with these hex digits in either case; the length tells the hash. `undefined` if it is not a SHA-256 or
 * SHA-512.
 */
export function digestOfHex(hex: string): Digest | undefined {
  const algorithm = hexLengths.get(hex.length);
  if (algorithm === undefined || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
  return `${algorithm}:${hex.toLowerCase()}`;
}

/**
 * A digest from outside data: `sha256:<hex>`, `sha512:<hex>`, or hex alone, whose length tells the hash. Throws
 * `ERR_METADATA`, which names `where`, for anything else, including MD5 and SHA-1.
 */
export function parseDigest(value: unknown, where: string): Digest {
  const text = parseText(value, where).trim();
  const [, algorithm, hex] = /^(?:(sha256|sha512):)?([0-9a-fA-F]+)$/.exec(text) ?? [];
  const digest = digestOfHex(hex ?? '');
  if (digest === undefined || (algorithm !== undefined && !digest.startsWith(`${algorithm}:`))) {
    throw noDigest(where, 'sha256 or sha512 in hex', text);
  }
  return digest;
}

/** The digest written as `sha512:<base64>` or `sha256:<base64>`, padded or not; `undefined` for any other text. */
export function digestOfBase64(text: string): Digest | undefined {
  const [, algorithm, body] = /^(sha256|sha512):([0-9A-Za-z+/]+)={0,2}$/.exec(text) ?? [];
  const bytes = Buffer.from(body ?? '', 'base64');
  // Decoding ignores the unused low bits of the last character, so two texts could mean one digest.
  if (bytes.toString('base64').replace(/=+$/, '') !== body) return undefined;
  const digest = digestOfHex(bytes.toString('hex'));
  return digest?.startsWith(`${algorithm}:`) ? digest : undefined;
}

/** A digest from outside data, in the form of `digestOfBase64`; throws `ERR_METADATA`, which names `where`. */
export function parseBase64Digest(value: unknown, where: string): Digest {
  const text = parseText(value, where).trim();
  const digest = digestOfBase64(text);
  if (digest === undefined) throw noDigest(where, 'sha256 or sha512 in base64', text);
  return digest;
}

function noDigest(where: string, wanted: string, found: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${where} should be ${wanted}, found ${JSON.stringify(found.slice(0, 160))}`,
    hint: 'Report this: the upstream document has a new form, or names a weak hash.',
    details: { field: where },
  });
}

/** Parses a digest that a person wrote: `sha256:<hex>`, or hex alone, in any case. Throws `ERR_INVALID_REQUEST`. */
export function readDigest(text: string): Digest {
  const [, algorithm, hex = ''] = /^(?:(sha256|sha512)[:=])?(\w+)$/i.exec(text.trim()) ?? [];
  const digest = digestOfHex(hex);
  if (digest?.startsWith(algorithm?.toLowerCase() ?? '')) return digest;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(text.slice(0, 160))} is not a digest`,
    hint: 'Write sha256: and 64 hex digits, or sha512: and 128 hex digits.',
    details: { field: 'digest', value: text.slice(0, 160) },
  });
}

/** The hash algorithm of a digest. */
export function algorithmOf(digest: Digest): 'sha256' | 'sha512' {
  return digest.startsWith('sha256:') ? 'sha256' : 'sha512';
}

/** The hex part of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The single digest of a file, for uses that accept one: sha256 if it is known. */
export function mainDigest(digests: readonly Digest[]): Digest | undefined {
  return digests.find((digest) => digest.startsWith('sha256:')) ?? digests[0];
}
