import { IntegrityError } from '../../../errors.ts';
import type { WireBody } from '../../../http/wire/answer.ts';
import type { BlobSource } from '../registry-client.ts';

/**
 * A part of a blob as the body of a request. It keeps the error of its source, because the wire reports its own error
 * instead.
 */
export class BlobPart implements WireBody {
  readonly sizeBytes: number;
  failure: { error: unknown } | undefined;
  readonly #blob: BlobSource;
  readonly #start: number;
  readonly #onBytes: (position: number) => void;

  /** `onBytes` is called with the position in the blob up to which bytes were sent. */
  constructor(blob: BlobSource, start: number, end: number, onBytes: (position: number) => void) {
    this.sizeBytes = end - start;
    this.#blob = blob;
    this.#start = start;
    this.#onBytes = onBytes;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    let left = this.sizeBytes;
    if (left === 0) return;
    try {
      for await (const chunk of this.#blob.read(this.#start)) {
        const bytes = chunk.subarray(0, left);
        left -= bytes.length;
        yield bytes;
        this.#onBytes(this.#start + this.sizeBytes - left);
        if (left === 0) return;
      }
      throw shortSource(this.#blob, left);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

function shortSource({ digest, sizeBytes }: BlobSource, left: number): IntegrityError {
  return new IntegrityError({
    code: 'ERR_SIZE',
    message: `the file that is pushed as ${digest} ends ${left} bytes early`,
    hint: 'Push the file again, and do not change it during the push.',
    details: { expected: String(sizeBytes), actual: String(sizeBytes - left) },
  });
}
