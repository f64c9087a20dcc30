import type { DiskToWrite, WriteContext } from '../../../src/kit.ts';
import { Threads } from '../threads.ts';
import {
  type CompressAnswer,
  type CompressJob,
  type CompressWork,
  compressThread,
} from './compress-thread.ts';

/** More of them are faster than a disk takes it, and each has memory of its own. */
const maxThreads = 16;
/** Less data is packed before threads have come up. */
const minDataBytes = 4 * 1024 * 1024;

/** Packs ranges of a disk on all cores. */
export class CompressThreads {
  readonly #disk: DiskToWrite;
  readonly #work: CompressWork;
  readonly #threads: Threads<CompressJob, CompressAnswer>;
  readonly #isWorthIt: boolean;
  #inMain: ((job: CompressJob) => CompressAnswer) | undefined;
  /** How many jobs keep every thread busy. */
  readonly width: number;

  constructor(
    disk: DiskToWrite,
    { tasks }: WriteContext,
    work: Omit<CompressWork, 'fd' | 'diskBytes'>,
  ) {
    // The pool of tasks is twice as wide as there are cores.
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
    // A look before the disk is packed is no progress.
    if (this.#work.call !== undefined) this.#disk.reached?.(job.position + job.length);
    return answer;
  }

  async #answer(job: CompressJob): Promise<CompressAnswer> {
    if (this.#isWorthIt && this.#disk.fd !== undefined) {
      const answer = await this.#threads.run(job);
      if (answer !== undefined) return answer;
    }
    // What cannot be read fails here, with the error of the disk.
    const given = { ...job, bytes: await this.#read(job) };
    if (this.#isWorthIt && this.#disk.fd === undefined) {
      const answer = await this.#threads.run(given);
      if (answer !== undefined) return answer;
    }
    this.#inMain ??= compressThread(this.#work);
    return this.#inMain(given);
  }

  /** Nothing is read any more when it resolves. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  async #read({ position, length, before }: CompressJob): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#disk.read(position - before, before + length));
  }
}
