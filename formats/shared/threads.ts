import { Worker } from 'node:worker_threads';

/** Nothing grows there: megabytes. */
const heap = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

export interface ThreadsSetup {
  /**
   * All that a thread runs. It is started from the text of this function, because a package that was bundled into one file
   * has no second file to start: nothing outside of it may be named in it but globals and types.
   */
  main: () => void;
  /** Its `workerData`. */
  work: unknown;
  /** How many threads to start. */
  count: number;
}

/**
 * Threads that answer jobs. A trip to Node's own pool for each small stream of an image costs a third of the time again, and
 * carrying bytes from thread to thread as much once more: one job is many streams.
 */
export class Threads<Job, Answer> {
  readonly #setup: ThreadsSetup;
  #threads: Thread<Job, Answer>[] | undefined;

  /** The first job starts them. */
  constructor(setup: ThreadsSetup) {
    this.#setup = setup;
  }

  /**
   * Does a job; `undefined` means that it is to be done again without threads, of which there may be none. Buffers in
   * `moved` go over to the thread.
   */
  async run(job: Job, moved: readonly ArrayBuffer[] = []): Promise<Answer | undefined> {
    this.#threads ??= startThreads(this.#setup);
    let idlest: Thread<Job, Answer> | undefined;
    for (const thread of this.#threads) {
      if (idlest === undefined || thread.open < idlest.open) idlest = thread;
    }
    return await idlest?.ask(job, moved);
  }

  /** Ends the threads; nothing is read or written any more when it resolves. */
  async close(): Promise<void> {
    await Promise.all((this.#threads ?? []).map((thread) => thread.end()));
  }
}

function startThreads<Job, Answer>(setup: ThreadsSetup): Thread<Job, Answer>[] {
  const threads: Thread<Job, Answer>[] = [];
  try {
    while (threads.length < setup.count) threads.push(new Thread(setup));
  } catch {
    // A process may not be allowed to start any; those that were started do it all.
  }
  return threads;
}

/** One thread. It answers in the order in which it is asked. */
class Thread<Job, Answer> {
  readonly #worker: Worker;
  readonly #asked: ((answer: Answer | undefined) => void)[] = [];
  #ended = false;

  constructor({ main, work }: ThreadsSetup) {
    this.#worker = new Worker(`(${main.toString()})()`, {
      eval: true,
      workerData: work,
      // What was said to this process, such as modules to load first, is not for its threads.
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

  /** Jobs that it has not answered; a thread that has ended takes none. */
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
