import { createHash } from 'node:crypto';

/** A running digest of block records: what was seen is compared with what the index says without holding either. */
export class RecordDigest {
  count = 0;
  readonly #hash = createHash('sha256');

  add(unpaddedBytes: number, uncompressedBytes: number): void {
    this.count += 1;
    this.#hash.update(Float64Array.of(unpaddedBytes, uncompressedBytes));
  }

  /** Ends the digest. */
  hex(): string {
    return this.#hash.digest('hex');
  }
}
