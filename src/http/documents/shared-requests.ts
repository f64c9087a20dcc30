import { abortable } from '../../kit/abort.ts';

interface Entry<T> {
  maxBytes: number;
  result: Promise<T>;
  stop: AbortController;
  waiting: number;
  done: boolean;
}

/**
 * One piece of work per key, however many ask for it, and its result for those who ask later. A caller who aborts leaves
 * the others undisturbed; the work stops when the last one has left. Failures are not remembered.
 */
export class SharedRequests<T> {
  readonly #entries = new Map<string, Entry<T>>();

  /** `maxBytes`: work under way with a smaller bound than the caller's is not shared, as it may fail where this one need not. */
  async share(
    key: string,
    maxBytes: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const known = this.#entries.get(key);
    const fits = known !== undefined && (known.done || known.maxBytes >= maxBytes);
    const entry = fits ? known : this.#begin(key, maxBytes, work);
    entry.waiting += 1;
    try {
      return await abortable(entry.result, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && !entry.done) this.#drop(key, entry);
    }
  }

  #begin(key: string, maxBytes: number, work: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const stop = new AbortController();
    const entry: Entry<T> = { maxBytes, result: work(stop.signal), stop, waiting: 0, done: false };
    this.#entries.set(key, entry);
    // A failure reaches those who wait; the last of them takes the entry away.
    entry.result.then(
      () => {
        entry.done = true;
      },
      () => {},
    );
    return entry;
  }

  #drop(key: string, entry: Entry<T>): void {
    entry.stop.abort();
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
