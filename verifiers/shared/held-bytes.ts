import { refuseSignature } from '../../src/kit.ts';

/** Maximum size of a document that comes in chunks and must be held in one piece for its signature. */
const defaultMaxBytes = 64 * 1024 * 1024;

/** Collects a document for a signature without a prehash; refuses a document that is too long to hold. */
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
        {
          hint: 'Verify a signed list of digests instead, or give the digest of the file (digest, --digest).',
        },
      );
    }
    this.#chunks.push(Uint8Array.from(chunk));
  }

  /** The whole document, in one piece. */
  take(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
