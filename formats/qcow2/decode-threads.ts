import { Worker } from 'node:worker_threads';
import {
  decodeThread,
  type ThreadAnswer,
  type ThreadJob,
  type ThreadWork,
} from './decode-thread.ts';

/** More of them decode faster than a disk takes it, and each has a heap of its own. */
const maxThreads = 4;
/** Nothing grows there: megabytes. */
const heap = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 };

/**
 * Threads that read many small streams from one file and write what they come to into another. A trip to Node's own pool
 * for each of them costs a third of the time again, and carrying bytes from thread to thread as much once more.
 */
export class DecodeThreads {
  readonly #width: number;
  readonly #work: ThreadWork;
  #threads: Thread[] | undefined;

  /** The first job starts as many as make sense beside `width` tasks. */
  constructor(width: number, work: ThreadWork) {
    this.#width = width;
    this.#work = work;
  }

  /** Does a job; `undefined` means that it is to be done again without threads, of which there may be none. */
  async run(job: ThreadJob): Promise<ThreadAnswer> {
    this.#threads ??= startThreads(this.#width, this.#work);
    let idlest: Thread | undefined;
    for (const thread of this.#threads) {
      if (idlest === undefined || thread.open < idlest.open) idlest = thread;
    }
    return await idlest?.ask(job);
  }

  /** Ends the threads; nothing is read or written any more when it resolves. */
  async close(): Promise<void> {
    await Promise.all((this.#threads ?? []).map((thread) => thread.end()));
  }
}

function startThreads(width: number, work: ThreadWork): Thread[] {
  const threads: Thread[] = [];
  const count = Math.min(maxThreads, Math.max(1, Math.floor(width / 2)));
  try {
    while (threads.length < count) threads.push(new Thread(work));
  } catch {
    // A process may not be allowed to start any; those that were started do it all.
  }
  return threads;
}

/** One thread. It answers in the order in which it is asked. */
class Thread {
  readonly #worker: Worker;
  readonly #asked: ((answer: ThreadAnswer) => void)[] = [];
  #ended = false;

  constructor(work: ThreadWork) {
    this.#worker = new Worker(`(${decodeThread.toString()})()`, {
      eval: true,
      workerData: work,
      // What was said to this process, such as modules to load first, is not for its threads.
      ...{ env: {}, execArgv: [], resourceLimits: heap, name: 'rootdisk' },
    });
    this.#worker.on('message', (answer: ThreadAnswer) => this.#asked.shift()?.(answer));
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

  async ask(job: ThreadJob): Promise<ThreadAnswer> {
    if (this.#ended) return undefined;
    this.#worker.postMessage(job);
    return await new Promise((resolve) => this.#asked.push(resolve));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
