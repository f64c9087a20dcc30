import type { Digest } from '../../contracts/proof.ts';

/** What one line of a list says; `digest` is absent where the hash is weak or unknown. */
export type ChecksumLine =
  | 'malformed'
  | { name: string | undefined; digest: Digest | undefined; sizeBytes?: number | undefined };

/** A `./` in front of a name says nothing. */
export function plainName(name: string): string {
  return name.replace(/^(?:\.\/+)+/, '');
}
