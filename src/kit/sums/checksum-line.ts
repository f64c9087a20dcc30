import type { Digest } from '../../contracts/proof.ts';

/** The content of one line of a list; `digest` is absent if the hash is weak or unknown. */
export type ChecksumLine =
  | 'malformed'
  | { name: string | undefined; digest: Digest | undefined; sizeBytes?: number | undefined };

/** Removes a `./` before a name; it has no meaning. */
export function plainName(name: string): string {
  return name.replace(/^(?:\.\/+)+/, '');
}
