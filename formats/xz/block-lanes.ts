import { abortable, type DecodeTasks } from '../../src/kit.ts';
import { WorkSlots } from '../shared/blocks/work-slots.ts';

/** Dictionaries and queues of all blocks that are decoded at once. A block that needs more is decoded alone. */
const maxBytes = 64 * 1024 * 1024;

/** Runs blocks side by side, as far as memory allows. The first failure aborts `signal` with its error. */
export class BlockLanes {
  readonly signal: AbortSignal;
  readonly #slots: WorkSlots;
  /** The pool is made for tasks that mostly wait for the disk; a decoder keeps a processor busy. */
  readonly #maxRunning: number;
  #running = 0;
  #heldBytes = 0;
  #freed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(tasks: DecodeTasks, signal: AbortSignal) {
    this.#slots = new WorkSlots(tasks, signal);
    this.signal = this.#slots.signal;
    this.#maxRunning = Math.ceil(tasks.width / 2) + 1;
  }

  /** Waits until there is room for work that needs so many bytes, and starts it. */
  async start(bytes: number, work: () => Promise<unknown>): Promise<void> {
    while (!this.#hasRoom(bytes)) await abortable(this.#freed.promise, this.signal);
    this.#running += 1;
    this.#heldBytes += bytes;
    await this.#slots.submit(async () => {
      try {
        await work();
      } finally {
        this.#running -= 1;
        this.#heldBytes -= bytes;
        this.#freed.resolve();
        this.#freed = Promise.withResolvers();
      }
    });
  }

  #hasRoom(bytes: number): boolean {
    if (this.#running === 0) return true;
    return this.#running < this.#maxRunning && this.#heldBytes + bytes <= maxBytes;
  }

  /** Resolves when nothing is under way any more, failed or not. */
  idle(): Promise<void> {
    return this.#slots.idle();
  }
}
