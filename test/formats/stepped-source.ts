import type { ByteSource } from '../../src/kit.ts';

/** Bytes in memory that arrive in steps, as the test says; without steps they are complete immediately. */
export class SteppedSource implements ByteSource {
  readyBytes: number;
  sizeBytes: number | undefined;
  /** Number of bytes that were read so far, with or without waiting. */
  readBytes = 0;
  readonly #bytes: Uint8Array;
  #failure: { error: unknown } | undefined;
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(bytes: Uint8Array, start: { readyBytes: number; sizeKnown: boolean } | 'whole') {
    this.#bytes = bytes;
    this.readyBytes = start === 'whole' ? bytes.length : start.readyBytes;
    this.sizeBytes = start === 'whole' || start.sizeKnown ? bytes.length : undefined;
  }

  /** Lets everything before `readyBytes` arrive; the last byte also reveals the size. */
  grow(readyBytes: number): void {
    this.readyBytes = Math.min(readyBytes, this.#bytes.length);
    if (this.readyBytes === this.#bytes.length) this.sizeBytes = this.#bytes.length;
    this.#changed();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#changed();
  }

  async grown(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.readyBytes === this.sizeBytes) return;
    await this.#change.promise;
    const failure = this.#failure as { error: unknown } | undefined;
    if (failure !== undefined) throw failure.error;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    while (this.readyBytes < position + length && this.readyBytes !== this.sizeBytes) {
      await this.grown();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    const bytes = this.#bytes.slice(position, position + length);
    this.readBytes += bytes.length;
    return bytes;
  }

  async *stream(): AsyncIterable<Uint8Array> {
    yield await this.read(0, this.#bytes.length);
  }

  #changed(): void {
    const change = this.#change;
    this.#change = Promise.withResolvers();
    change.resolve();
  }
}
