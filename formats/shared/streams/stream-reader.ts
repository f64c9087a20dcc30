const nothing = new Uint8Array(0);

/**
 * Reads exact lengths from a stream of pieces. The results are views of a piece if one piece holds all of it. An abort
 * ends a wait with the signal's reason; `close` ends it with its own error.
 */
export class StreamReader {
  /** Bytes read so far. */
  position = 0;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  #piece: Uint8Array = nothing;
  #at = 0;
  #ended = false;
  #giveUp: ((reason: unknown) => void) | undefined;

  constructor(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  /** No bytes are in memory: the next read may have to wait. */
  get drained(): boolean {
    return this.#at === this.#piece.length;
  }

  /**
   * `length` bytes, or the rest at the end. Pieces that must be joined are copied to `memory` if that is large enough.
   */
  async take(length: number, memory?: Uint8Array): Promise<Uint8Array> {
    let piece = await this.next(length);
    if (piece === undefined) return nothing;
    if (piece.length === length) return piece;
    const isEnough = memory !== undefined && memory.length >= length;
    const bytes = isEnough ? memory.subarray(0, length) : new Uint8Array(length);
    let filled = 0;
    for (; piece !== undefined; piece = await this.next(length - filled)) {
      bytes.set(piece, filled);
      filled += piece.length;
      if (filled === length) break;
    }
    return bytes.subarray(0, filled);
  }

  /** The next bytes, between 1 and `atMost`; `undefined` at the end. */
  async next(atMost: number = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    if (this.drained && !(await this.#advance())) return undefined;
    const start = this.#at;
    this.#at = Math.min(start + atMost, this.#piece.length);
    this.position += this.#at - start;
    return this.#piece.subarray(start, this.#at);
  }

  /** Skips `length` bytes; false if the end comes first. */
  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0; ) {
      const piece = await this.next(left);
      if (piece === undefined) return false;
      left -= piece.length;
    }
    return true;
  }

  /** Puts back the last `length` bytes of the last `next`. */
  giveBack(length: number): void {
    this.#at -= length;
    this.position -= length;
  }

  /** Releases the stream; a running wait ends with an error. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#leave(new Error('The reader was closed'));
  }

  readonly #onAbort = (): void => this.#leave(this.#signal.reason);

  #leave(reason: unknown): void {
    this.#giveUp?.(reason);
    if (this.#ended) return;
    this.#ended = true;
    // A stream that is waiting answers only later; closing does not wait for that.
    (async () => this.#pieces.return?.())().catch(() => {});
  }

  async #advance(): Promise<boolean> {
    do {
      this.#signal.throwIfAborted();
      if (this.#ended) return false;
      const result = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        this.#giveUp = reject;
        this.#pieces.next().then(resolve, reject);
      });
      this.#giveUp = undefined;
      if (result.done === true) {
        this.#ended = true;
        return false;
      }
      this.#piece = result.value;
      this.#at = 0;
    } while (this.#piece.length === 0);
    return true;
  }
}
