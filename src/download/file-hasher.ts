import { Worker } from 'node:worker_threads';
import { type HashAnswer, type HashStep, type HashWork, hashThread } from './hash-thread.ts';

/** The heap of this thread does not grow: a few megabytes are enough. */
const heap = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/** Hashes a growing file on a separate thread, so that the main thread is free to receive. */
export class FileHasher {
  readonly #worker: Worker;
  #answer: (answer: HashAnswer) => void = () => {};
  #isEnded = false;

  /** `undefined` if the process may not start a thread. */
  static open(work: HashWork): FileHasher | undefined {
    try {
      return new FileHasher(work);
    } catch {
      return undefined;
    }
  }

  private constructor(work: HashWork) {
    this.#worker = new Worker(`(${hashThread.toString()})()`, {
      eval: true,
      workerData: work,
      // Options of this process, such as modules to load first, are not for its threads.
      ...{ env: {}, execArgv: [], resourceLimits: heap, name: 'rootdisk-hash' },
    });
    this.#worker.on('message', (answer: HashAnswer) => this.#answer(answer));
    // The exit event follows an error.
    this.#worker.on('error', () => {});
    this.#worker.once('exit', () => {
      this.#isEnded = true;
      this.#answer(undefined);
    });
  }

  /** Runs one step at a time; `undefined` means that the file must be hashed in another way. */
  async step(step: HashStep): Promise<HashAnswer> {
    if (this.#isEnded) return undefined;
    return await new Promise((resolve) => {
      this.#answer = resolve;
      this.#worker.postMessage(step);
    });
  }

  /** Ends the idle thread; the caller need not wait for it. */
  close(): void {
    void this.#worker.terminate();
  }
}
