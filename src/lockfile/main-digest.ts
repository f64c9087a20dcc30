import type { Digest } from '../contracts/proof.ts';

/** The digest that stands for a file where one is enough: sha256, where it is known. */
export function mainDigest(digests: readonly Digest[]): Digest | undefined {
  return digests.find((digest) => digest.startsWith('sha256:')) ?? digests[0];
}
