import type { DiskSink } from '../../contracts/bytes.ts';

/** A small disk in memory; with `junk` it is initially filled with that byte, like a used device. */
export class MemorySink implements DiskSink {
  readonly zeroed: boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #size: number | undefined;
  readonly #junk: number;

  constructor(junk: number = 0) {
    this.zeroed = junk === 0;
    this.#junk = junk;
  }

  async setSize(bytes: number): Promise<void> {
    if (this.#size !== undefined) throw new Error('setSize() was called twice');
    this.#grow(bytes);
    this.#size = bytes;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.#reach(position, bytes.length);
    this.#bytes.set(bytes, position);
  }

  async zero(position: number, length: number): Promise<void> {
    this.#reach(position, length);
    this.#bytes.fill(0, position, position + length);
  }

  /** The disk after all writes; fails if its size was never set. */
  content(): Uint8Array {
    if (this.#size === undefined) throw new Error('setSize() was not called');
    return this.#bytes.subarray(0, this.#size);
  }

  #reach(position: number, length: number): void {
    const end = position + length;
    if (!Number.isSafeInteger(position) || position < 0 || end > (this.#size ?? Infinity)) {
      throw new Error(`a write of ${length} bytes at ${position} is not on the disk`);
    }
    this.#grow(end);
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(length, this.#size ?? 0)).fill(this.#junk);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
