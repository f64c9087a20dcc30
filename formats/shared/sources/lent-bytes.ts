/**
 * Bytes that come only once, lent to one consumer and taken back by `finish`, which reads the rest of them. So an
 * archive can continue after a member whether or not the consumer has read it.
 */
export class LentBytes implements AsyncIterableIterator<Uint8Array> {
  /** Called once with every piece, whether the consumer or `finish` reads it. */
  listener: (piece: Uint8Array) => void = () => {};
  /** The consumer has started to read. */
  lent = false;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #turn: Promise<unknown> = Promise.resolve();
  #ended = false;
  #skipped = false;
  #failure: { error: unknown } | undefined;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.lent = true;
    return this.#inTurn(async () => {
      // A normal end would present a part as the whole.
      if (this.#skipped) throw new Error('the archive has been read past this member');
      const value = await this.#pull();
      return value === undefined ? { done: true, value } : { done: false, value };
    });
  }

  /** A consumer that stops early leaves the rest to `finish`. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    return { done: true, value: undefined };
  }

  /** Reads to the end; an earlier error is thrown again. */
  finish(): Promise<void> {
    return this.#inTurn(async () => {
      while ((await this.#pull()) !== undefined) this.#skipped = true;
    });
  }

  async #pull(): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#ended) return undefined;
    try {
      const result = await this.#pieces.next();
      this.#ended = result.done === true;
      if (result.done === true) return undefined;
      this.listener(result.value);
      return result.value;
    } catch (error) {
      // A generator that has thrown reports a normal end at the next call.
      this.#failure = { error };
      throw error;
    }
  }

  /** A spool may read from here while the archive continues. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
