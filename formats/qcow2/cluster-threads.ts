import { constants } from 'node:zlib';
import type { ByteSource, DecodeContext, DiskSink, SinkFile } from '../../src/kit.ts';
import { openBlockScan } from '../shared/blocks/block-scan.ts';
import { Threads } from '../shared/threads.ts';
import type { BatchPiece, ClusterBatch } from './cluster-batch.ts';
import {
  decodeThread,
  type ThreadAnswer,
  type ThreadJob,
  type ThreadWork,
} from './decode-thread.ts';
import type { Qcow2Header } from './header.ts';

/** A smaller image is decoded before threads have started. */
const minFileBytes = 8 * 1024 * 1024;
/** Limits of libzstd for a window. */
const [minWindowLog, maxWindowLog] = [10, 30];
/** More threads decode faster than a disk can write, and each has its own heap. */
const maxThreads = 4;

/** Copies batches from file to file in worker threads. */
export class ClusterThreads {
  readonly #threads: Threads<ThreadJob, ThreadAnswer>;
  readonly #file: SinkFile;
  readonly #header: Qcow2Header;

  /** `undefined` if the image is too small, or if source or sink is not a file. */
  static open(
    { fd: sourceFd, sizeBytes = minFileBytes }: ByteSource,
    header: Qcow2Header,
    { file }: DiskSink,
    { tasks, limits }: DecodeContext,
  ): ClusterThreads | undefined {
    if (sourceFd === undefined || file === undefined || sizeBytes < minFileBytes) return undefined;
    const { compression, clusterBytes: streamBytes } = header;
    // A thread checks the window only as a power of two: a limit between two powers is left to the slow path.
    const windowLog = Math.floor(Math.log2(limits.windowBytes));
    const isZstd = compression === 'zstd';
    if (isZstd && windowLog < minWindowLog) return undefined;
    const work: ThreadWork = {
      call: isZstd ? 'zstdDecompressSync' : 'inflateRawSync',
      params: isZstd ? { [constants.ZSTD_d_windowLogMax]: Math.min(maxWindowLog, windowLog) } : {},
      ...{ streamBytes, sourceFd, sinkFd: file.fd, digests: file.wantsDigests ?? false },
    };
    const count = Math.min(maxThreads, Math.max(1, Math.floor(tasks.width / 2)));
    const threads = new Threads<ThreadJob, ThreadAnswer>({
      ...{ main: decodeThread, given: [openBlockScan], work, count },
    });
    return new ClusterThreads(threads, file, header);
  }

  private constructor(
    threads: Threads<ThreadJob, ThreadAnswer>,
    file: SinkFile,
    header: Qcow2Header,
  ) {
    this.#threads = threads;
    this.#file = file;
    this.#header = header;
  }

  /**
   * False for a batch that threads do not handle, or if an error was found: the caller then copies it without threads.
   */
  async copy(batch: ClusterBatch): Promise<boolean> {
    if (!isOrdinary(batch)) return false;
    const { clusterBytes, virtualSize } = this.#header;
    const pieces: number[] = [];
    let settled = 0;
    for (const { host, guest, length, whenCut } of batch.pieces.toSorted(byGuest)) {
      const isPacked = whenCut !== undefined;
      // The last cluster may extend past the end of the disk.
      const visible = Math.min(isPacked ? clusterBytes : length, virtualSize - guest);
      pieces.push(host - batch.start, isPacked ? -length : length, guest, visible);
      settled += visible;
    }
    const answer = await this.#threads.run({ start: batch.start, end: batch.end, pieces });
    if (answer === undefined) return false;
    this.#file.wrote(answer.written, answer.fillBytes, answer.digests);
    this.#file.settled(settled);
    return true;
  }

  /** After it resolves, no thread reads or writes any more. */
  close(): Promise<void> {
    return this.#threads.close();
  }
}

/**
 * The batch has compressed data, and no stream that several places of the disk share, which threads would decode
 * several times.
 */
function isOrdinary({ pieces }: ClusterBatch): boolean {
  const packed = pieces.filter(({ whenCut }) => whenCut !== undefined);
  return packed.length > 0 && packed.every(({ host }, i) => host !== packed[i - 1]?.host);
}

function byGuest(a: BatchPiece, b: BatchPiece): number {
  return a.guest - b.guest;
}
