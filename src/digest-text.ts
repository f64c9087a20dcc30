import type { Digest } from './contracts/proof.ts';
import { UsageError } from './errors.ts';

/** Reads a digest as people write it: `sha256:<hex>`, or bare hex of 64 or 128 digits; any case. */
export function parseDigest(text: string): Digest {
  const lower = text.trim().toLowerCase();
  const match = /^(?:(sha256|sha512)[:=])?([0-9a-f]{64}|[0-9a-f]{128})$/.exec(lower);
  const hex = match?.[2];
  const algorithm = hex?.length === 128 ? 'sha512' : 'sha256';
  if (hex !== undefined && (match?.[1] ?? algorithm) === algorithm) return `${algorithm}:${hex}`;
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
