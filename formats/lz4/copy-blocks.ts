import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskSink,
  type SinkFile,
  viewOf,
} from '../../src/kit.ts';
import { openBlockScan } from '../shared/blocks/block-scan.ts';
import { WorkSlots } from '../shared/blocks/work-slots.ts';
import { piecesFrom } from '../shared/streams/pieces-from.ts';
import { StreamReader } from '../shared/streams/stream-reader.ts';
import { Threads } from '../shared/threads.ts';
import { BlockOutput } from './block-output.ts';
import { type Lz4Answer, type Lz4Job, type Lz4ThreadWork, lz4Thread } from './block-thread.ts';
import { blockSlackBytes, unpackLz4Block } from './decode-block.ts';
import type { BegunFrame } from './decode-frame.ts';
import { type Lz4FrameHeader, readLz4FrameHeader } from './frame-header.ts';
import { frameKind } from './frame-kind.ts';
import { dataAt, formatMixer } from './mix-stripes.ts';
import { XxHash32 } from './xxhash32.ts';

/** Smaller files are decoded sooner than threads have started. */
const minFileBytes = 8 * 1024 * 1024;
/** The length of each block is read by itself, which is not worth it for smaller ones. */
const minBlockBytes = 256 * 1024;
/** What the blocks of a job decode to: one of the usual size. */
const jobBytes = 4 * 1024 * 1024;
const maxHeaderBytes = 19;
/** Each thread has a job in memory, and a heap. */
const maxThreads = 4;
const laneWords = 4;

/**
 * Copies the full blocks of the first frame from file to file on threads. Returns the state for decoding the rest without
 * threads: the last block, the checksum at the end, further frames, and everything from a damaged block on. `undefined` if
 * nothing was copied, because the frame is not ordinary, or because source or sink is not a file.
 */
export async function copyLz4Blocks(
  source: ByteSource,
  sink: DiskSink,
  context: DecodeContext,
): Promise<BegunFrame | undefined> {
  const { fd, sizeBytes = minFileBytes } = source;
  const { file } = sink;
  if (fd === undefined || file === undefined || sizeBytes < minFileBytes) return undefined;
  if (typeof WebAssembly === 'undefined') return undefined;
  const reader = new StreamReader(piecesFrom(source, 0, maxHeaderBytes), context.signal);
  let header: Lz4FrameHeader;
  try {
    const magic = await reader.take(4);
    if (magic.length < 4 || frameKind(viewOf(magic).getUint32(0, true)) !== 'frame')
      return undefined;
    header = await readLz4FrameHeader(reader);
  } finally {
    reader.close();
  }
  const { blockBytes, linked, blockChecksums, contentChecksum: checked, contentSize = 0 } = header;
  const { limits } = context;
  if (linked || blockChecksums || blockBytes < minBlockBytes) return undefined;
  if (blockBytes > limits.windowBytes || contentSize > limits.virtualBytes) return undefined;
  const work = {
    sourceFd: fd,
    sinkFd: file.fd,
    digests: file.wantsDigests ?? false,
    blockBytes,
    checked,
  };
  const copy = new BlockCopy(source, sink, file, context, work);
  return { header, start: 0, ...(await copy.run(reader.position)) };
}

class BlockCopy {
  readonly #source: ByteSource;
  readonly #sink: DiskSink;
  readonly #file: SinkFile;
  readonly #slots: WorkSlots;
  readonly #threads: Threads<Lz4Job, Lz4Answer>;
  readonly #blockBytes: number;
  readonly #maxBytes: number;
  readonly #turns: Int32Array;
  /** Jobs that are not known to be done. */
  readonly #open = new Map<number, Lz4Job>();
  /** The first word of the next job. */
  #word: number | undefined;

  constructor(
    source: ByteSource,
    sink: DiskSink,
    file: SinkFile,
    { signal, tasks, limits }: DecodeContext,
    work: Pick<Lz4ThreadWork, 'sourceFd' | 'sinkFd' | 'digests' | 'blockBytes' | 'checked'>,
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#file = file;
    this.#slots = new WorkSlots(tasks, signal);
    this.#blockBytes = work.blockBytes;
    this.#maxBytes = limits.virtualBytes;
    this.#turns = new Int32Array(new SharedArrayBuffer(4 * (1 + 2 * laneWords)));
    this.#turns.set(new XxHash32().lanes, 1);
    const room = { jobBytes, slackBytes: blockSlackBytes };
    this.#threads = new Threads({
      main: lz4Thread,
      given: [unpackLz4Block, openBlockScan],
      work: { ...work, ...room, mixer: formatMixer(), dataAt, turns: this.#turns },
      count: Math.min(maxThreads, Math.max(1, Math.floor(tasks.width / 2))),
    });
  }

  /** Copies blocks from the first one on; the result is where the others begin. */
  async run(firstBlock: number): Promise<Omit<BegunFrame, 'header' | 'start'>> {
    let end: Pick<Lz4Job, 'start' | 'position'>;
    try {
      end = await this.#walk(firstBlock);
    } finally {
      // No thread may continue to wait for the turn of another one.
      if (this.#slots.signal.aborted) this.#stop();
      await this.#slots.idle();
      await this.#threads.close();
    }
    this.#slots.signal.throwIfAborted();
    const turn = Atomics.load(this.#turns, 0);
    const done = turn < 0 ? ~turn : turn;
    for (const [index, job] of this.#open) {
      if (index < done) await this.#write(job);
    }
    const { start, position } = this.#open.get(done) ?? end;
    const lanesAt = 1 + laneWords * (done % 2);
    const lanes = this.#turns.slice(lanesAt, lanesAt + laneWords);
    return { position: start, decoded: position, hash: XxHash32.resume(lanes, position) };
  }

  /** Gives jobs to the threads as long as blocks look ordinary. */
  async #walk(firstBlock: number): Promise<Pick<Lz4Job, 'start' | 'position'>> {
    let [start, position] = [firstBlock, 0];
    this.#word = await this.#wordAt(start);
    for (let index = 0; Atomics.load(this.#turns, 0) >= 0; index += 1) {
      if (position + jobBytes > this.#maxBytes) break;
      let [end, count] = [start, 0];
      while (count * this.#blockBytes < jobBytes) {
        const length = (this.#word ?? 0) & 0x7fff_ffff;
        if (length === 0 || length > this.#blockBytes) break;
        const next = await this.#wordAt(end + 4 + length);
        // The last block may be shorter and must pass the sink. Bytes before the next length are ready.
        if (!next) break;
        [this.#word, end, count] = [next, end + 4 + length, count + 1];
      }
      if (count === 0) break;
      const job = { index, start, end, count, position };
      this.#open.set(index, job);
      await this.#slots.submit(() => this.#copy(job));
      [start, position] = [end, position + count * this.#blockBytes];
    }
    return { start, position };
  }

  /** `undefined` where the source ends before. */
  async #wordAt(position: number): Promise<number | undefined> {
    const bytes = await abortable(this.#source.read(position, 4), this.#slots.signal);
    return bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, true);
  }

  async #copy(job: Lz4Job): Promise<void> {
    const answer = await this.#threads.run(job);
    if (answer === undefined) return this.#stop();
    this.#file.wrote(answer.written, answer.fillBytes, answer.digests);
    this.#file.settled(job.count * this.#blockBytes);
    this.#open.delete(job.index);
  }

  /** Writes a job that a thread verified but did not write; if the reason persists, this fails with it. */
  async #write({ start, end, position }: Lz4Job): Promise<void> {
    const input = await this.#source.read(start, end - start);
    const blockBytes = this.#blockBytes;
    const output = new BlockOutput(blockBytes, false, { windowBytes: blockBytes });
    for (let at = 0, to = position; at < input.length; to += blockBytes) {
      const word = viewOf(input).getUint32(at, true);
      const block = input.subarray(at + 4, at + 4 + (word & 0x7fff_ffff));
      await this.#sink.write(to, word > 0x7fff_ffff ? block : output.decode(block));
      at += 4 + block.length;
    }
  }

  /** Stops all turns: jobs that are not done yet are left. */
  #stop(): void {
    for (;;) {
      const turn = Atomics.load(this.#turns, 0);
      if (turn < 0 || Atomics.compareExchange(this.#turns, 0, turn, ~turn) === turn) break;
    }
    Atomics.notify(this.#turns, 0);
  }
}
