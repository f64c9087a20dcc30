import { createHash } from 'node:crypto';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Digest } from '../contracts/proof.ts';

/** Hashes all bytes of a source, holes included. */
export async function hashWholeFile(
  source: ByteSource,
  algorithm: 'sha256' | 'sha512',
  signal: AbortSignal,
): Promise<Digest> {
  const hash = createHash(algorithm);
  for await (const chunk of source.stream()) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return `${algorithm}:${hash.digest('hex')}`;
}
