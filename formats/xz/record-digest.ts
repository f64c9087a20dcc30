import { createHash } from 'node:crypto';

/** A running digest of block records: it compares the decoded blocks with the index without holding either. */
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
