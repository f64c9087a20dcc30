import type { openBlockScan } from '../shared/blocks/block-scan.ts';
import type { unpackLz4Block } from './decode-block.ts';

/** The input of a thread. */
export interface Lz4ThreadWork {
  sourceFd: number;
  sinkFd: number;
  /** Blocks of 1 MiB of the disk are digested. */
  digests: boolean;
  /** What every block decodes to. */
  blockBytes: number;
  /** The most that the blocks of a job decode to together. */
  jobBytes: number;
  /** Bytes behind it that copies may write to. */
  slackBytes: number;
  /** The module of `formatMixer`, and where in its memory the bytes lie. */
  mixer: Uint8Array;
  dataAt: number;
  /**
   * Shared by the threads: the number of the job whose turn it is, or the complement of the first one that is not done; then the
   * four lanes of XXH32 before an even job, and those before an odd job.
   */
  turns: Int32Array;
  /** The frame has a checksum. */
  checked: boolean;
}

/** Blocks that follow each other in the source, lengths included. */
export interface Lz4Job {
  index: number;
  start: number;
  end: number;
  count: number;
  /** Where their content lies on the disk; a multiple of 4 KiB. */
  position: number;
}

/** The result of a job, as in `SinkFile.wrote`; `undefined` if anything was wrong. */
export type Lz4Answer =
  | { written: number[]; fillBytes: number; digests: [offset: number, sha256: Uint8Array][] }
  | undefined;

/**
 * The code of a decoding thread: it may use nothing outside of itself except globals and types. Threads decode in parallel;
 * then each waits until all earlier blocks are known to be full, so that its place is certain, and continues their hash. If a
 * block causes an error, the main thread finds the reason when it repeats the job.
 */
export function lz4Thread(unpack: typeof unpackLz4Block, openScan: typeof openBlockScan): void {
  const { readSync, writeSync } = process.getBuiltinModule('node:fs');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const work: Lz4ThreadWork = workerData;
  const { blockBytes, jobBytes, slackBytes, dataAt, turns } = work;
  const scan = openScan();
  const digestedBytes = 1024 * 1024;
  // Measured on Linux 6.18, ext4: writes of 2 MiB and more often took ten times the processor time of these.
  const mostWrittenBytes = 256 * 1024;
  const pageBytes = 64 * 1024;
  const module = new WebAssembly.Module(new Uint8Array(work.mixer));
  const mixer = new WebAssembly.Instance(module).exports as {
    memory: WebAssembly.Memory;
    mix: (at: number, end: number) => void;
    mixZeros: (at: number, end: number) => void;
  };
  const room = jobBytes + slackBytes;
  mixer.memory.grow(Math.ceil((dataAt + room) / pageBytes));
  const lanes = new Int32Array(mixer.memory.buffer, 0, 4);
  const output = new Uint8Array(mixer.memory.buffer, dataAt, room);
  let memory = Buffer.allocUnsafeSlow(0);
  /** The last input that decoded to zeros only: most jobs of a disk are equal to it. */
  let zeroInput = Buffer.alloc(0);

  parentPort?.on('message', (job: Lz4Job) => {
    let answer: Lz4Answer;
    try {
      answer = copy(job);
    } catch {
      answer = undefined;
    }
    // Later jobs must not wait for this one.
    if (answer === undefined && isTurnOf(job.index)) pass(job.index, ~job.index);
    parentPort.postMessage(answer);
  });

  function copy({ index, start, end, count, position }: Lz4Job): Lz4Answer {
    const input = read(start, end - start);
    const bytes = output.subarray(0, count * blockBytes);
    const isZero = input.equals(zeroInput);
    if (input.length < end - start || !(isZero || decode(input, count))) return undefined;
    const runs = isZero ? [] : scan.dataRuns(position, bytes);
    if (runs.length === 0 && !isZero) zeroInput = Buffer.from(input);
    if (!isTurnOf(index)) return undefined;
    if (work.checked) mix(index, runs, bytes.length);
    return pass(index, index + 1) ? write(runs, position, bytes) : undefined;
  }

  /** Waits for a turn; false if it will not come, or is over. */
  function isTurnOf(index: number): boolean {
    for (;;) {
      const turn = Atomics.load(turns, 0);
      if (turn < 0 || turn >= index) return turn === index;
      Atomics.wait(turns, 0, turn);
    }
  }

  /** False if the main thread has stopped all turns in the meantime. */
  function pass(index: number, next: number): boolean {
    const isPassed = Atomics.compareExchange(turns, 0, index, next) === index;
    Atomics.notify(turns, 0);
    return isPassed;
  }

  function read(start: number, length: number): Buffer {
    if (memory.length < length) memory = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const bytesRead = readSync(work.sourceFd, memory, done, length - done, start + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return memory.subarray(0, done);
  }

  /** False if a block is damaged or not full. */
  function decode(input: Buffer, count: number): boolean {
    let at = 0;
    for (let filled = 0; filled < count * blockBytes; filled += blockBytes) {
      const word = input.readUInt32LE(at);
      const block = input.subarray(at + 4, at + 4 + (word & 0x7fff_ffff));
      at += 4 + block.length;
      if (word <= 0x7fff_ffff) {
        const end = unpack(block, output, filled, blockBytes, filled);
        if (end !== filled + blockBytes) return false;
      } else {
        if (block.length !== blockBytes) return false;
        output.set(block, filled);
      }
    }
    return true;
  }

  function mix(index: number, runs: number[], length: number): void {
    const lanesAt = (turn: number): number => 1 + 4 * (turn % 2);
    lanes.set(turns.subarray(lanesAt(index), lanesAt(index) + 4));
    let done = 0;
    for (let i = 0; i <= runs.length; i += 2) {
      const [from = length, to = length] = [runs[i], runs[i + 1]];
      if (from > done) mixer.mixZeros(dataAt + done, dataAt + from);
      if (to > from) mixer.mix(dataAt + from, dataAt + to);
      done = to;
    }
    turns.set(lanes, lanesAt(index + 1));
  }

  function write(runs: number[], position: number, bytes: Uint8Array): Lz4Answer {
    const written: number[] = [];
    let fillBytes = 0;
    const blocks = new Set<number>();
    for (let i = 0; i < runs.length; i += 2) {
      const [from = 0, to = 0] = [runs[i], runs[i + 1]];
      for (let done = from; done < to; ) {
        const length = Math.min(to - done, mostWrittenBytes);
        done += writeSync(work.sinkFd, bytes, done, length, position + done);
      }
      written.push(position + from, to - from);
      fillBytes += scan.fillBytes(position, bytes, from, to);
      for (let at = from - (from % digestedBytes); at < to; at += digestedBytes) blocks.add(at);
    }
    const digests: [number, Uint8Array][] = [];
    for (const at of work.digests && position % digestedBytes === 0 ? blocks : []) {
      if (at + digestedBytes > bytes.length) continue;
      const sha256 = createHash('sha256')
        .update(bytes.subarray(at, at + digestedBytes))
        .digest();
      digests.push([position + at, sha256]);
    }
    return { written, fillBytes, digests };
  }
}
