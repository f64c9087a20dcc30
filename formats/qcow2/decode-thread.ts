import type { Hash } from 'node:crypto';
import type { openBlockScan } from '../shared/blocks/block-scan.ts';

/** The input of a thread. */
export interface ThreadWork {
  /** The function of `node:zlib` that decodes one stream. */
  call: 'inflateRawSync' | 'inflateSync' | 'zstdDecompressSync';
  params: Record<number, number>;
  /** The decoded size of every stream. */
  streamBytes: number;
  sourceFd: number;
  sinkFd: number;
  /** Compute the digests of blocks of the disk that are written completely. */
  digests: boolean;
}

/** One read from the source, and what to do with it. */
export interface ThreadJob {
  start: number;
  end: number;
  /**
   * Four numbers for each piece, in the order of the disk: its place in the bytes read; its length, above zero to copy
   * it, below zero if it is compressed; its place on the disk; how much of it is on the disk.
   */
  pieces: number[];
}

/** The result of a job; `undefined` if anything failed. */
export type ThreadAnswer =
  | {
      /** Ranges that were written, as position, length, position, length … */
      written: number[];
      /** Bytes in blocks of 0xFF. */
      fillBytes: number;
      /** The sha256 of each block of 1 MiB that this job wrote completely, by its offset; none for blocks of zeros. */
      digests: [offset: number, sha256: Uint8Array][];
    }
  | undefined;

/**
 * The code of a decoding thread: it may use nothing outside of itself except globals and types. If a stream or a disk
 * causes an error, the main thread finds the reason when it repeats the job.
 */
export function decodeThread(openScan: typeof openBlockScan): void {
  const { readSync, writevSync } = process.getBuiltinModule('node:fs');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const zlib = process.getBuiltinModule('node:zlib');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { call, params, streamBytes, sourceFd, sinkFd, digests: wanted }: ThreadWork = workerData;
  // Room for more than a stream: otherwise zlib is called once more only to report the end.
  const chunkSize = streamBytes + 64;
  const options = { chunkSize, maxOutputLength: streamBytes, params, info: true };
  const scan = openScan();
  const maxRunBytes = 256 * 1024;
  const digestedBytes = 1024 * 1024;
  let memory = Buffer.allocUnsafeSlow(0);
  let run: { position: number; length: number; parts: Uint8Array[] };
  let written: number[];
  let fillBytes: number;
  let digests: [number, Uint8Array][];
  let spent: Uint8Array[];

  parentPort?.on('message', (job: ThreadJob) => {
    let answer: ThreadAnswer;
    try {
      answer = copy(job) ? { written, fillBytes, digests } : undefined;
    } catch {
      answer = undefined;
    }
    parentPort.postMessage(answer);
  });

  function copy({ start, end, pieces }: ThreadJob): boolean {
    // One byte more, so that zlib reports the end of a stream that ends with its last byte.
    const input = read(start, end + 1 - start);
    run = { position: 0, length: 0, parts: [] };
    written = [];
    fillBytes = 0;
    digests = [];
    spent = [];
    let hash: Hash | undefined;
    let blockHasData = false;
    for (let i = 0; i < pieces.length; i += 4) {
      const [at = 0, length = 0, position = 0, visible = 0] = pieces.slice(i, i + 4);
      if (at + Math.abs(length) > input.length) return false;
      const bytes =
        length > 0 ? input.subarray(at, at + length) : decode(input.subarray(at, at - length + 1));
      if (bytes === undefined) return false;
      const hasData = write(position, bytes.subarray(0, visible));
      if (wanted && position % digestedBytes === 0) {
        hash = isWholeBlock(pieces, i) ? createHash('sha256') : undefined;
        blockHasData = false;
      }
      if (hash !== undefined) {
        hash.update(bytes.subarray(0, visible));
        blockHasData ||= hasData;
        const end = position + visible;
        if (end % digestedBytes === 0) {
          if (blockHasData) digests.push([end - digestedBytes, hash.digest()]);
          hash = undefined;
        }
      }
      spent.push(bytes);
    }
    flush();
    return true;
  }

  /** True if the pieces from here on form a whole block without a gap. */
  function isWholeBlock(pieces: number[], first: number): boolean {
    const block = pieces[first + 2] ?? 0;
    let end = block;
    for (let i = first; i < pieces.length && end < block + digestedBytes; i += 4) {
      if (pieces[i + 2] !== end) return false;
      end += pieces[i + 3] ?? 0;
    }
    return end === block + digestedBytes;
  }

  function read(start: number, length: number): Buffer {
    if (memory.length < length) memory = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const bytesRead = readSync(sourceFd, memory, done, length - done, start + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return memory.subarray(0, done);
  }

  /** A decoder that used all its input may need more. */
  function decode(input: Uint8Array): Uint8Array | undefined {
    const result: unknown = zlib[call](input, options);
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
    return buffer.length === streamBytes && engine.bytesWritten < input.length ? buffer : undefined;
  }

  /** Leaves out blocks of the file that are all zeros; false if everything was zeros. */
  function write(position: number, bytes: Uint8Array): boolean {
    const runs = scan.dataRuns(position, bytes);
    for (let i = 0; i < runs.length; i += 2) {
      const [from = 0, to = 0] = [runs[i], runs[i + 1]];
      fillBytes += scan.fillBytes(position, bytes, from, to);
      add(position + from, bytes.subarray(from, to));
    }
    return runs.length > 0;
  }

  function add(position: number, bytes: Uint8Array): void {
    if (position !== run.position + run.length || run.length >= maxRunBytes) {
      flush();
      run.position = position;
    }
    run.parts.push(bytes);
    run.length += bytes.length;
  }

  function flush(): void {
    const { position, length, parts } = run;
    if (length === 0) return;
    if (writevSync(sinkFd, parts, position) !== length) throw new Error('a short write');
    written.push(position, length);
    run = { position: 0, length: 0, parts: [] };
    // If this were left to the garbage collector, the output of hundreds of streams would be in memory at once.
    for (const { buffer } of spent) {
      if (buffer.byteLength === chunkSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
    }
    spent = [];
  }
}
