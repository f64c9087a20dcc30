import { Worker } from 'node:worker_threads';

/** Heap limits of a thread in megabytes; its buffers are outside of the heap. */
const heap = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

export interface ThreadsSetup {
  /**
   * The code of a thread. It is started from the text of this function, because a package bundled into one file has no
   * second file to start: the function may use nothing outside of itself except globals and types.
   */
  main: (...given: never[]) => void;
  /** Functions that `main` is called with, which name nothing outside of them either. */
  given?: readonly ((...parameters: never[]) => unknown)[];
  /** Its `workerData`. */
  work: unknown;
  /** How many threads to start. */
  count: number;
}

/**
 * Threads that answer jobs. One job contains many streams: Node's own pool would add a third of the time for each small
 * stream of an image, and passing bytes between threads as much again.
 */
export class Threads<Job, Answer> {
  readonly #setup: ThreadsSetup;
  #threads: Thread<Job, Answer>[] | undefined;

  /** The first job starts the threads. */
  constructor(setup: ThreadsSetup) {
    this.#setup = setup;
  }

  /**
   * Does a job; `undefined` means that the caller must do it without threads, for example because none could be
   * started. Buffers in `moved` are transferred to the thread.
   */
  async run(job: Job, moved: readonly ArrayBuffer[] = []): Promise<Answer | undefined> {
    this.#threads ??= startThreads(this.#setup);
    let idlest: Thread<Job, Answer> | undefined;
    for (const thread of this.#threads) {
      if (idlest === undefined || thread.open < idlest.open) idlest = thread;
    }
    return await idlest?.ask(job, moved);
  }

  /** Ends the threads; after it resolves, no thread reads or writes any more. */
  async close(): Promise<void> {
    await Promise.all((this.#threads ?? []).map((thread) => thread.end()));
  }
}

function startThreads<Job, Answer>(setup: ThreadsSetup): Thread<Job, Answer>[] {
  const threads: Thread<Job, Answer>[] = [];
  try {
    while (threads.length < setup.count) threads.push(new Thread(setup));
  } catch {
    // The process may not be allowed to start threads; those that were started do all the work.
  }
  return threads;
}

/** One thread. It answers in the order of the jobs. */
class Thread<Job, Answer> {
  readonly #worker: Worker;
  readonly #asked: ((answer: Answer | undefined) => void)[] = [];
  #ended = false;

  constructor({ main, given = [], work }: ThreadsSetup) {
    this.#worker = new Worker(`(${main.toString()})(${given.join(',')})`, {
      eval: true,
      workerData: work,
      // The options of this process, such as modules to preload, are not for its threads.
      ...{ env: {}, execArgv: [], resourceLimits: heap, name: 'rootdisk' },
    });
    this.#worker.on('message', (answer: Answer | undefined) => this.#asked.shift()?.(answer));
    // An error is followed by the exit.
    this.#worker.on('error', () => {});
    this.#worker.once('exit', () => {
      this.#ended = true;
      for (const resolve of this.#asked.splice(0)) resolve(undefined);
    });
  }

  /** Number of unanswered jobs; infinite for a thread that has ended. */
  get open(): number {
    return this.#ended ? Number.POSITIVE_INFINITY : this.#asked.length;
  }

  async ask(job: Job, moved: readonly ArrayBuffer[]): Promise<Answer | undefined> {
    if (this.#ended) return undefined;
    this.#worker.postMessage(job, moved);
    return await new Promise((resolve) => this.#asked.push(resolve));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
