import type { ByteSource } from '../../contracts/bytes.ts';

/** How the bytes arrive at a decoder under test. */
export interface Arrival {
  /** Length of one piece in bytes; each piece arrives in a separate turn of the event loop. Default: all at once. */
  pieceBytes?: number | undefined;
  /** Thrown by every waiting call once half of the bytes have arrived. */
  failure?: Error | undefined;
  /** True: nothing more arrives after half of the bytes. */
  stalls?: boolean | undefined;
}

/** Behaves like a file that is still being downloaded; its length is known only at its end. */
export class ArrivingSource implements ByteSource {
  readyBytes = 0;
  sizeBytes: number | undefined;
  /** Position up to which its bytes were handed out. */
  furthest = 0;
  readonly #bytes: Uint8Array;
  readonly #arrival: Arrival;

  constructor(bytes: Uint8Array, arrival: Arrival = {}) {
    this.#bytes = bytes;
    this.#arrival = arrival;
    if (arrival.pieceBytes === undefined && !this.#ends) this.#arrive(bytes.length);
  }

  async grown(): Promise<void> {
    if (this.sizeBytes !== undefined) return;
    const half = this.#bytes.length / 2;
    if (this.#ends && this.readyBytes >= half) {
      if (this.#arrival.failure !== undefined) throw this.#arrival.failure;
      await new Promise(() => {});
    }
    await new Promise((resolve) => setImmediate(resolve));
    this.#arrive(this.#arrival.pieceBytes ?? this.#bytes.length / 2);
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    while (this.sizeBytes === undefined && this.readyBytes < position + length) await this.grown();
    return this.#hand(position, Math.min(position + length, this.readyBytes));
  }

  async *stream(): AsyncIterable<Uint8Array> {
    for (let at = 0; ; ) {
      if (at < this.readyBytes) {
        const piece = this.#hand(at, this.readyBytes);
        at += piece.length;
        yield piece;
      } else if (this.sizeBytes === undefined) {
        await this.grown();
      } else {
        return;
      }
    }
  }

  get #ends(): boolean {
    return this.#arrival.failure !== undefined || this.#arrival.stalls === true;
  }

  #arrive(more: number): void {
    this.readyBytes = Math.min(Math.ceil(this.readyBytes + more), this.#bytes.length);
    if (this.readyBytes === this.#bytes.length) this.sizeBytes = this.#bytes.length;
  }

  #hand(from: number, to: number): Uint8Array {
    this.furthest = Math.max(this.furthest, to);
    return this.#bytes.slice(from, Math.max(from, to));
  }
}
