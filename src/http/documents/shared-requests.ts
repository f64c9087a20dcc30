import { abortable } from '../../kit/abort.ts';

interface Entry<T> {
  maxBytes: number;
  result: Promise<T>;
  stop: AbortController;
  waiting: number;
  done: boolean;
}

/**
 * Runs one task per key for all callers, and keeps its result for later ones. A caller that aborts does not disturb
 * the others; the task stops when the last caller has left. Failures are not kept.
 */
export class SharedRequests<T> {
  readonly #entries = new Map<string, Entry<T>>();

  /**
   * `maxBytes`: a running task with a smaller bound than the caller's is not shared, because it may fail where this
   * one need not.
   */
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
    // All waiting callers get the failure; the last of them removes the entry.
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
