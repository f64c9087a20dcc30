import type { DiskToWrite, WriteContext } from '../../../src/kit.ts';
import { Threads } from '../threads.ts';
import {
  type CompressAnswer,
  type CompressJob,
  type CompressWork,
  compressThread,
} from './compress-thread.ts';

/** More threads are faster than a disk can write, and each has memory of its own. */
const maxThreads = 16;
/** Less data is compressed before threads have started. */
const minDataBytes = 4 * 1024 * 1024;

/** Compresses ranges of a disk on all cores. */
export class CompressThreads {
  readonly #disk: DiskToWrite;
  readonly #work: CompressWork;
  readonly #threads: Threads<CompressJob, CompressAnswer>;
  readonly #isWorthIt: boolean;
  #inMain: ((job: CompressJob) => CompressAnswer) | undefined;
  /** Number of jobs that keep every thread busy. */
  readonly width: number;

  constructor(
    disk: DiskToWrite,
    { tasks }: WriteContext,
    work: Omit<CompressWork, 'fd' | 'diskBytes'>,
  ) {
    // The pool of tasks is twice as wide as the number of cores.
    const count = Math.min(maxThreads, Math.max(1, Math.floor(tasks.width / 2)));
    this.width = 2 * count;
    this.#disk = disk;
    let dataBytes = 0;
    for (const [, length] of disk.extents) dataBytes += length;
    this.#isWorthIt = dataBytes >= minDataBytes;
    this.#work = { ...work, fd: disk.fd, diskBytes: disk.virtualSize };
    this.#threads = new Threads({ main: compressThread, work: this.#work, count });
  }

  async run(job: CompressJob): Promise<CompressAnswer> {
    const answer = await this.#answer(job);
    // The inspection of a disk before compression is not counted as progress.
    if (this.#work.call !== undefined) this.#disk.reached?.(job.position + job.length);
    return answer;
  }

  async #answer(job: CompressJob): Promise<CompressAnswer> {
    if (this.#isWorthIt && this.#disk.fd !== undefined) {
      const answer = await this.#threads.run(job);
      if (answer !== undefined) return answer;
    }
    // Bytes that cannot be read fail here, with the error of the disk.
    const given = { ...job, bytes: await this.#read(job) };
    if (this.#isWorthIt && this.#disk.fd === undefined) {
      const answer = await this.#threads.run(given);
      if (answer !== undefined) return answer;
    }
    this.#inMain ??= compressThread(this.#work);
    return this.#inMain(given);
  }

  /** After it resolves, no thread reads any more. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  async #read({ position, length, before }: CompressJob): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#disk.read(position - before, before + length));
  }
}
