import type { Digest } from './contracts/proof.ts';
import { UsageError } from './errors.ts';
import { digestOfHex } from './kit/digest.ts';

/** Reads a digest as people write it: `sha256:<hex>`, or hex alone; any case. Throws `ERR_INVALID_REQUEST`. */
export function readDigest(text: string): Digest {
  const [, algorithm, hex = ''] = /^(?:(sha256|sha512)[:=])?(\w+)$/i.exec(text.trim()) ?? [];
  const digest = digestOfHex(hex);
  if (digest?.startsWith(algorithm?.toLowerCase() ?? '')) return digest;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `cannot read ${JSON.stringify(text.slice(0, 160))} as a digest`,
    hint: 'Write sha256: and 64 hex digits, or sha512: and 128.',
    details: { field: 'digest', value: text.slice(0, 160) },
  });
}

/** The hash of a digest. */
export function algorithmOf(digest: Digest): 'sha256' | 'sha512' {
  return digest.startsWith('sha256:') ? 'sha256' : 'sha512';
}

/** The hex part of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
