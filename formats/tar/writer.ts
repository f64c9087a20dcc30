import type { DiskToWrite, WriteContext, WriterSink } from '../../src/kit.ts';
import { giveBack } from '../shared/give-back.ts';
import { blockBytes } from '../shared/tar/header.ts';
import type { CompressJob } from '../shared/writing/compress-thread.ts';
import { CompressThreads } from '../shared/writing/compress-threads.ts';
import { inOrder } from '../shared/writing/in-order.ts';
import { scanDisk } from '../shared/writing/scan-disk.ts';
import { GzipWriter, pieceOptions } from './gzip-writer.ts';
import { formatSparseHead } from './sparse-head.ts';

const GiB = 1024 ** 3;
/** A run of zeros of at least this length becomes a hole. */
const holeBytes = 64 * 1024;
const pieceBytes = 256 * 1024;
const jobBytes = 1024 * 1024;
/** The window of deflate. */
const windowBytes = 32 * 1024;
const recordBytes = 20 * blockBytes;

/**
 * The archive that Compute Engine imports: a sparse `disk.raw`, as `tar --format=oldgnu -Sczf` makes it, with a size of
 * whole GiB. All cores compress its pieces, each with the bytes before it as dictionary; together they form one gzip
 * member.
 */
export async function writeTarGz(
  disk: DiskToWrite,
  out: WriterSink,
  context: WriteContext,
): Promise<void> {
  const realBytes = Math.max(1, Math.ceil(disk.virtualSize / GiB)) * GiB;
  if (realBytes !== disk.virtualSize) {
    context.log({
      level: 'warn',
      message: `the disk is filled up with zeros to ${realBytes / GiB} GiB; Compute Engine takes whole GiB`,
      data: { virtualSize: disk.virtualSize, sizeBytes: realBytes },
    });
  }
  const extents = await scanDisk(disk, holeBytes, context);
  const head = formatSparseHead('disk.raw', realBytes, extents);
  const gzip = new GzipWriter(out);
  await gzip.start();
  await gzip.write(head);
  const work = { call: 'deflateRawSync' as const, options: pieceOptions, unitBytes: pieceBytes };
  const data = {
    ...work,
    dictionaryBytes: windowBytes,
    isPadded: false,
    keepsLong: false,
    wantsCrcs: true,
  };
  const threads = new CompressThreads(disk, context, data);
  let storedBytes = 0;
  try {
    const run = async (job: CompressJob) => {
      context.signal.throwIfAborted();
      return { job, answer: await threads.run(job) };
    };
    for await (const { job, answer } of inOrder(jobsOf(extents), threads.width, run)) {
      context.signal.throwIfAborted();
      const units = answer.crcs.map((crc, i): [number, number] => {
        return [Math.min(pieceBytes, job.length - i * pieceBytes), crc];
      });
      await gzip.add(answer.bytes, units);
      storedBytes += job.length;
      giveBack(answer.bytes);
    }
  } finally {
    await threads.close();
  }
  const end = head.length + Math.ceil(storedBytes / blockBytes) * blockBytes + 2 * blockBytes;
  const padded = Math.ceil(end / recordBytes) * recordBytes;
  await gzip.finish(new Uint8Array(padded - head.length - storedBytes));
}

function* jobsOf(extents: readonly (readonly [number, number])[]): Generator<CompressJob> {
  for (const [start, length] of extents) {
    const end = start + length;
    for (let position = start; position < end; position += jobBytes) {
      const before = Math.min(windowBytes, position - start);
      yield { position, length: Math.min(jobBytes, end - position), before };
    }
  }
}
