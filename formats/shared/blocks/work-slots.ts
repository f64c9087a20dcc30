import { abortable, type DecodeContext, type DecodeTasks } from '../../../src/kit.ts';

/** Runs a function that gives work to the pool, and waits for that work even if the function fails. */
export async function withSlots(
  { tasks, signal }: Pick<DecodeContext, 'tasks' | 'signal'>,
  run: (slots: WorkSlots) => Promise<void>,
): Promise<void> {
  const slots = new WorkSlots(tasks, signal);
  try {
    await run(slots);
  } finally {
    await slots.idle();
  }
  slots.signal.throwIfAborted();
}

/**
 * Gives work to the pool and keeps it busy: `submit` waits while enough work is running. The first failure aborts
 * `signal` with its error.
 */
export class WorkSlots {
  /** Aborts when the caller aborts, or when any work has failed. */
  readonly signal: AbortSignal;
  readonly #tasks: DecodeTasks;
  readonly #stop = new AbortController();
  #running = 0;
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(tasks: DecodeTasks, signal: AbortSignal) {
    this.#tasks = tasks;
    this.signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  async submit(work: () => Promise<void>): Promise<void> {
    this.signal.throwIfAborted();
    // One more than the pool runs at once, so that it never has to wait.
    while (this.#running > this.#tasks.width) await abortable(this.#change.promise, this.signal);
    this.#running += 1;
    void this.#run(work);
  }

  /** Resolves when no work is running, failed or not. */
  async idle(): Promise<void> {
    while (this.#running > 0) await this.#change.promise;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await this.#tasks.run(async () => {
        this.signal.throwIfAborted();
        await work();
      });
    } catch (error) {
      this.#stop.abort(error);
    }
    this.#running -= 1;
    const change = this.#change;
    this.#change = Promise.withResolvers();
    change.resolve();
  }
}
