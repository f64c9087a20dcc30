import type { ByteSource } from '../../../src/kit.ts';

/** A source with all its bytes; `pieceBytes` is the size of its stream's pieces. */
export function wholeSource(bytes: Uint8Array, pieceBytes: number = 65_536): ByteSource {
  return {
    sizeBytes: bytes.length,
    readyBytes: bytes.length,
    grown: async () => {},
    read: async (position, length) => bytes.subarray(position, position + length),
    async *stream() {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        yield bytes.subarray(at, at + pieceBytes);
      }
    },
  };
}

/** The output of a codec: only a stream, with a length that is unknown before its end. */
export function streamOnlySource(pieces: AsyncIterable<Uint8Array>): ByteSource {
  let sizeBytes: number | undefined;
  const never = (): never => {
    throw new Error('only a stream is to be had');
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    readyBytes: 0,
    grown: never,
    read: never,
    async *stream() {
      let total = 0;
      for await (const piece of pieces) {
        total += piece.length;
        yield piece;
      }
      sizeBytes = total;
    },
  };
}

/** A running transfer: `push` delivers, `end` closes. The stream waits for either. */
export class GrowingSource implements ByteSource {
  readonly sizeBytes: number | undefined;
  readonly ahead?: (position: number, length: number) => Promise<Uint8Array>;
  /** The consumer has closed the stream. */
  left = false;
  #ready: Uint8Array[] = [];
  #readyBytes = 0;
  #ended = false;
  #wake = (): void => {};

  constructor(sizeBytes?: number, ahead?: ByteSource['ahead']) {
    this.sizeBytes = sizeBytes;
    if (ahead !== undefined) this.ahead = ahead;
  }

  get readyBytes(): number {
    return this.#readyBytes;
  }

  push(bytes: Uint8Array): void {
    this.#ready.push(bytes);
    this.#readyBytes += bytes.length;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async grown(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  async read(): Promise<Uint8Array> {
    throw new Error('a read would have to wait');
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = this.#ready.shift();
        if (piece !== undefined) yield piece;
        else if (this.#ended) return;
        else await this.grown();
      }
    } finally {
      this.left = true;
    }
  }
}
