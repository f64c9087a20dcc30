import { crc32 } from 'node:zlib';
import type { DiskToWrite, WriteContext, WriterSink } from '../../../src/kit.ts';
import { Threads } from '../threads.ts';
import { type BlockAnswer, type BlockJob, type BlockWork, blockThread } from './block-thread.ts';
import { eachDataBlock } from './data-blocks.ts';
import type { DiskId } from './disk-id.ts';
import { inOrder } from './in-order.ts';

/** The plan for the blocks of a disk that are not all zeros. */
export interface BlockPlan {
  blockBytes: number;
  /** The place of a block in the file; called once for each, in the order of the disk. */
  place(index: number): number | Promise<number>;
  /** Gets the data of the blocks. */
  id?: DiskId;
}

/** Less data is copied before threads have started. */
const minDataBytes = 4 * 1024 * 1024;
/** Bytes that a thread inspects in one job. */
const lookBytes = 8 * 1024 * 1024;
/** More threads copy faster than memory and disk allow. */
const maxThreads = 4;

/**
 * Copies every block that is not all zeros to its place in the file. If disk and file have descriptors, threads do it:
 * their bytes never reach this thread, and a block with data is read twice, once up to its first data and once to be
 * copied.
 */
export async function copyDataBlocks(
  disk: DiskToWrite,
  out: WriterSink,
  plan: BlockPlan,
  context: WriteContext,
): Promise<void> {
  const { blockBytes, place, id } = plan;
  const { signal } = context;
  let dataBytes = 0;
  for (const [, length] of disk.extents) dataBytes += length;
  if (dataBytes >= minDataBytes && disk.fd !== undefined && out.file !== undefined) {
    const { virtualSize: diskBytes, fd: sourceFd } = disk;
    const work = { blockBytes, diskBytes, sourceFd, targetFd: out.file.fd, crcs: id !== undefined };
    await new ThreadCopy(disk, out, plan, context, work).run();
    return;
  }
  for await (const { index, bytes } of eachDataBlock(disk, blockBytes, signal)) {
    id?.add(index, bytes);
    await out.write(await place(index), bytes);
  }
}

class ThreadCopy {
  readonly #disk: DiskToWrite;
  readonly #out: WriterSink;
  readonly #plan: BlockPlan;
  readonly #signal: AbortSignal;
  readonly #threads: Threads<BlockJob, BlockAnswer>;
  /** Number of jobs that keep every thread busy. */
  readonly #width: number;
  readonly #copies: { blocks: number[]; copy: Promise<BlockAnswer> }[] = [];

  constructor(
    disk: DiskToWrite,
    out: WriterSink,
    plan: BlockPlan,
    { tasks, signal }: WriteContext,
    work: BlockWork,
  ) {
    this.#disk = disk;
    this.#out = out;
    this.#plan = plan;
    this.#signal = signal;
    // The pool of tasks is twice as wide as the number of cores.
    const count = Math.min(maxThreads, Math.max(1, Math.floor(tasks.width / 2)));
    this.#width = 2 * count;
    this.#threads = new Threads({ main: blockThread, work, count });
  }

  async run(): Promise<void> {
    const { blockBytes } = this.#plan;
    const looks = lookRanges(this.#disk, blockBytes);
    const look = (range: BlockJob['ranges']) => this.#do({ ranges: range, isCopy: false });
    try {
      for await (const { data } of inOrder(looks, this.#width, look)) {
        this.#signal.throwIfAborted();
        if (data.length > 0) await this.#copy(data);
        while (this.#copies.length > this.#width) await this.#take();
      }
      while (this.#copies.length > 0) await this.#take();
    } finally {
      // The caller closes the files after this: no thread may use them then.
      await Promise.allSettled(this.#copies.map(({ copy }) => copy));
      await this.#threads.close();
    }
  }

  async #copy(blocks: number[]): Promise<void> {
    const { blockBytes, place } = this.#plan;
    const job: BlockJob = { ranges: [], isCopy: true };
    const { ranges: list } = job;
    let [diskEnd, fileEnd] = [-1, -1];
    for (const block of blocks) {
      const position = block * blockBytes;
      const found = place(block);
      const at = typeof found === 'number' ? found : await found;
      if (position === diskEnd && at === fileEnd)
        list[list.length - 2] = (list.at(-2) ?? 0) + blockBytes;
      else list.push(position, blockBytes, at);
      [diskEnd, fileEnd] = [position + blockBytes, at + blockBytes];
    }
    const copy = this.#do(job);
    // Awaited later in its turn; the empty handler keeps Node from reporting the failure earlier.
    copy.catch(() => {});
    this.#copies.push({ blocks, copy });
  }

  async #take(): Promise<void> {
    const { blocks = [], copy } = this.#copies[0] ?? {};
    const answer = await copy;
    this.#copies.shift();
    this.#signal.throwIfAborted();
    this.#out.file?.wrote(answer?.written ?? []);
    for (const [i, block] of blocks.entries()) this.#plan.id?.addCrc(block, answer?.crcs[i] ?? 0);
    this.#disk.reached?.(((blocks.at(-1) ?? 0) + 1) * this.#plan.blockBytes);
  }

  async #do(job: BlockJob): Promise<BlockAnswer> {
    this.#signal.throwIfAborted();
    return (await this.#threads.run(job)) ?? (await this.#doHere(job));
  }

  /** Repeats a failed job of a thread: an error in the files is thrown here, with its own message. */
  async #doHere({ ranges: list, isCopy }: BlockJob): Promise<BlockAnswer> {
    const { blockBytes } = this.#plan;
    const { virtualSize } = this.#disk;
    const answer: BlockAnswer = { data: [], written: [], crcs: [] };
    for (let i = 0; i < list.length; i += 3) {
      const [position = 0, length = 0, place = 0] = list.slice(i, i + 3);
      const crcs = new Array<number>(isCopy ? length / blockBytes : 0).fill(0);
      const extents: [number, number][] = [[position, Math.min(length, virtualSize - position)]];
      const part: DiskToWrite = {
        ...{ virtualSize, extents },
        read: (at, wanted) => this.#disk.read(at, wanted),
      };
      for await (const { index, bytes } of eachDataBlock(part, blockBytes, this.#signal)) {
        const at = index * blockBytes - position;
        if (isCopy) await this.#out.write(place + at, bytes);
        if (isCopy) crcs[at / blockBytes] = crc32(bytes);
        else answer.data.push(index);
      }
      answer.crcs.push(...crcs);
    }
    return answer;
  }
}

/** Ranges of whole blocks that contain the extents, each block once. */
function* lookRanges({ extents }: DiskToWrite, blockBytes: number): Generator<number[]> {
  const size = Math.max(blockBytes, lookBytes);
  let next = 0;
  for (const [start, length] of extents) {
    let position = Math.max(next, start - (start % blockBytes));
    const end = Math.ceil((start + length) / blockBytes) * blockBytes;
    for (; position < end; position = next) {
      next = Math.min(end, position + size);
      yield [position, next - position, 0];
    }
  }
}
