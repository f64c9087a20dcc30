import { abortable } from '../kit/abort.ts';

/** The range of one request, from `start` to `end` (exclusive). */
export interface Part {
  start: number;
  end: number;
}

/**
 * Hands out the parts of a file in order and records the progress of each. No part begins more than `windowBytes`
 * after the first missing byte.
 */
export class PartWindow {
  readonly #partBytes: number;
  readonly #windowBytes: number;
  readonly #end: number;
  /**
   * Running or complete parts that begin at or after the mark, by their start; `upTo` is the end of their written
   * bytes.
   */
  readonly #written = new Map<number, Part & { upTo: number }>();
  #next: number;
  #mark: number;
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(init: { start: number; end: number; partBytes: number; windowBytes: number }) {
    this.#next = init.start;
    this.#mark = init.start;
    this.#end = init.end;
    this.#partBytes = init.partBytes;
    this.#windowBytes = init.windowBytes;
  }

  /** Everything before it has been written. */
  get mark(): number {
    return this.#mark;
  }

  /** The next part, as soon as the window reaches it; `undefined` if there is none left. */
  async take(signal: AbortSignal, endBytes?: number): Promise<Part | undefined> {
    while (this.#next < this.#end && this.#next >= this.#mark + this.#windowBytes) {
      await this.moved(signal);
    }
    signal.throwIfAborted();
    if (this.#next >= this.#end) return undefined;
    const start = this.#next;
    const end = Math.min(endBytes ?? start + this.#partBytes, this.#end);
    this.#written.set(start, { start, end, upTo: start });
    this.#next = end;
    return { start, end };
  }

  /** States that the bytes of a part are in the file up to `upTo`. */
  wrote(part: Part, upTo: number): void {
    const written = this.#written.get(part.start);
    if (written === undefined) return;
    written.upTo = upTo;
    const before = this.#mark;
    for (let front = this.#front(); front !== undefined; front = this.#front()) {
      this.#mark = front.upTo;
      if (front.upTo < front.end) break;
      this.#written.delete(front.start);
    }
    if (this.#mark === before) return;
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** Resolves when the mark has moved. */
  moved(signal: AbortSignal): Promise<void> {
    return abortable(this.#change.promise, signal);
  }

  /** The part that contains the mark or begins at it. */
  #front(): (Part & { upTo: number }) | undefined {
    const [first] = this.#written.values();
    return first !== undefined && first.start <= this.#mark ? first : undefined;
  }
}
