import { refuseSignature } from '../../src/kit.ts';

/** The most that is held of a document that comes in chunks and whose signature needs it in one piece. */
const defaultMaxBytes = 64 * 1024 * 1024;

/** Collects a document for a signature that has no prehash; refuses one that is too long to hold. */
export class HeldBytes {
  #chunks: Uint8Array[] = [];
  #length = 0;
  readonly #name: string;
  readonly #maxBytes: number;

  constructor(name: string, maxBytes: number = defaultMaxBytes) {
    this.#name = name;
    this.#maxBytes = maxBytes;
  }

  /** Keeps a copy of the chunk. */
  update(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) {
      this.#chunks = [];
      throw refuseSignature(
        'unsupported',
        `${this.#name} is signed as a whole, without a hash, and longer than ${this.#maxBytes} bytes`,
        { hint: 'Verify a signed list of digests instead, or give the digest yourself.' },
      );
    }
    this.#chunks.push(Uint8Array.from(chunk));
  }

  /** All of it, in one piece. */
  take(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
