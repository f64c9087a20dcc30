import { abortable, type ByteSource, defined, refuse } from '../../../src/kit.ts';

const pieceBytes = 1024 * 1024;

/**
 * A range of a source as a source, without a copy: reads go to the parent. A parent that ends inside the range is
 * `truncated`. It may be streamed any number of times.
 */
export class RangeSource implements ByteSource {
  readonly sizeBytes: number;
  readonly ahead?: (position: number, length: number) => Promise<Uint8Array>;
  readonly #parent: ByteSource;
  readonly #start: number;
  readonly #format: string;
  readonly #signal: AbortSignal;

  constructor(
    parent: ByteSource,
    start: number,
    sizeBytes: number,
    about: { format: string; signal: AbortSignal },
  ) {
    this.#parent = parent;
    this.#start = start;
    this.sizeBytes = sizeBytes;
    this.#format = about.format;
    this.#signal = about.signal;
    const ahead = parent.ahead?.bind(parent);
    if (ahead !== undefined) {
      this.ahead = async (position, length) => {
        return ahead(start + position, this.#clip(position, length));
      };
    }
    this.#checkEnd();
  }

  get readyBytes(): number {
    return Math.min(this.sizeBytes, Math.max(0, this.#parent.readyBytes - this.#start));
  }

  async grown(): Promise<void> {
    if (this.readyBytes === this.sizeBytes) return;
    this.#checkEnd();
    await this.#parent.grown();
  }

  async read(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array> {
    const wanted = this.#clip(position, length);
    if (wanted === 0) return new Uint8Array(0);
    const bytes = await this.#parent.read(this.#start + position, wanted, memory);
    if (bytes.length < wanted) throw this.#cut();
    return bytes;
  }

  async *stream(reuse = false): AsyncGenerator<Uint8Array> {
    // A piece never crosses the boundary between the halves.
    const halves = reuse ? new Uint8Array(2 * pieceBytes) : undefined;
    for (let position = 0; position < this.sizeBytes; ) {
      while (this.readyBytes <= position) await abortable(this.grown(), this.#signal);
      this.#signal.throwIfAborted();
      const room = halves === undefined ? pieceBytes : pieceBytes - (position % pieceBytes);
      const ready = Math.min(room, this.readyBytes - position);
      const memory = halves?.subarray(position % halves.length);
      const piece = await abortable(this.read(position, ready, memory), this.#signal);
      yield piece;
      position += piece.length;
    }
  }

  #clip(position: number, length: number): number {
    return Math.max(0, Math.min(length, this.sizeBytes - position));
  }

  /** If the parent's length is known, a reader need not wait for bytes that cannot come. */
  #checkEnd(): void {
    const { sizeBytes } = this.#parent;
    if (sizeBytes !== undefined && this.#start + this.sizeBytes > sizeBytes) throw this.#cut();
  }

  #cut(): Error {
    const { sizeBytes } = this.#parent;
    return refuse('truncated', `The ${this.#format} archive ends inside a member`, {
      format: this.#format,
      ...defined({ offset: sizeBytes }),
    });
  }
}
