import type { DecodeTasks } from '../../src/kit.ts';
import { abortable } from '../shared/abortable.ts';
import { WorkSlots } from '../shared/work-slots.ts';

/** Dictionaries and queues of all blocks that are decoded at once. A block that needs more is decoded alone. */
const maxBytes = 96 * 1024 * 1024;

/** Runs blocks side by side, as many as the pool takes and memory allows. The first failure aborts `signal` with its error. */
export class BlockLanes {
  readonly signal: AbortSignal;
  readonly #slots: WorkSlots;
  #heldBytes = 0;
  #freed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(tasks: DecodeTasks, signal: AbortSignal) {
    this.#slots = new WorkSlots(tasks, signal);
    this.signal = this.#slots.signal;
  }

  /** Waits until there is room for work that needs so many bytes, and starts it. */
  async start(bytes: number, work: () => Promise<void>): Promise<void> {
    while (this.#heldBytes > 0 && this.#heldBytes + bytes > maxBytes) {
      await abortable(this.#freed.promise, this.signal);
    }
    this.#heldBytes += bytes;
    await this.#slots.submit(async () => {
      try {
        await work();
      } finally {
        this.#heldBytes -= bytes;
        this.#freed.resolve();
        this.#freed = Promise.withResolvers();
      }
    });
  }

  /** Resolves when nothing is under way any more, failed or not. */
  idle(): Promise<void> {
    return this.#slots.idle();
  }
}
