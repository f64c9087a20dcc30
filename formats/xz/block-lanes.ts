import { abortable, type DecodeTasks } from '../../src/kit.ts';
import { WorkSlots } from '../shared/blocks/work-slots.ts';

/**
 * Limit for the dictionaries and queues of all blocks that are decoded in parallel. A block that needs more is decoded
 * alone.
 */
const maxBytes = 64 * 1024 * 1024;

/** Decodes blocks in parallel, as far as memory allows. The first failure aborts `signal` with its error. */
export class BlockLanes {
  readonly signal: AbortSignal;
  readonly #slots: WorkSlots;
  /** The pool is designed for tasks that mostly wait for the disk; a decoder keeps a processor busy. */
  readonly #maxRunning: number;
  #running = 0;
  #heldBytes = 0;
  #freed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(tasks: DecodeTasks, signal: AbortSignal) {
    this.#slots = new WorkSlots(tasks, signal);
    this.signal = this.#slots.signal;
    this.#maxRunning = Math.ceil(tasks.width / 2) + 1;
  }

  /** Waits until this many bytes of memory are free, and starts the work. */
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

  /** Resolves when no work is running, failed or not. */
  idle(): Promise<void> {
    return this.#slots.idle();
  }
}
