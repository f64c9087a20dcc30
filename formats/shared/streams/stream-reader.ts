const nothing = new Uint8Array(0);

/**
 * Takes exact amounts out of a stream of pieces. What it hands out are views of the pieces wherever a piece holds all of
 * it. An abort ends a wait with the signal's reason; `close` ends it with an error of its own.
 */
export class StreamReader {
  /** Bytes handed out so far. */
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

  /** Nothing is at hand: whatever is asked for next may have to be waited for. */
  get drained(): boolean {
    return this.#at === this.#piece.length;
  }

  /** `length` bytes, or what is left of them at the end. Where pieces have to be joined, `memory` is used that is large enough. */
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

  /** Whatever comes next, at most `atMost` bytes and never none; `undefined` at the end. */
  async next(atMost: number = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    if (this.drained && !(await this.#advance())) return undefined;
    const start = this.#at;
    this.#at = Math.min(start + atMost, this.#piece.length);
    this.position += this.#at - start;
    return this.#piece.subarray(start, this.#at);
  }

  /** Moves past `length` bytes; false when the end comes first. */
  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0; ) {
      const piece = await this.next(left);
      if (piece === undefined) return false;
      left -= piece.length;
    }
    return true;
  }

  /** Returns the last `length` bytes of what the last `next` handed out. */
  giveBack(length: number): void {
    this.#at -= length;
    this.position -= length;
  }

  /** Lets go of the stream; a wait that is under way ends with an error. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#leave(new Error('The reader was closed'));
  }

  readonly #onAbort = (): void => this.#leave(this.#signal.reason);

  #leave(reason: unknown): void {
    this.#giveUp?.(reason);
    if (this.#ended) return;
    this.#ended = true;
    // A stream that is itself waiting answers only later; closing does not wait for that.
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
