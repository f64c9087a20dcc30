import type { DiskToWrite, WriteContext } from '../../../src/kit.ts';
import type { CompressJob, CompressWork } from './compress-thread.ts';
import { CompressThreads } from './compress-threads.ts';
import { inOrder } from './in-order.ts';

/** A cluster or grain that is not all zeros. */
export interface PackedUnit {
  index: number;
  bytes: Uint8Array;
  isPacked: boolean;
  crc: number;
}

/** Bytes that a thread gets at once. */
const batchBytes = 1024 * 1024;

/**
 * Every unit that is not all zeros, compressed by all cores, some at a time, in the order of the disk. The bytes of
 * units are adjacent in memory, and are valid until the next ones are requested.
 */
export async function* packedUnits(
  disk: DiskToWrite,
  work: Omit<CompressWork, 'fd' | 'diskBytes' | 'dictionaryBytes'>,
  context: WriteContext,
): AsyncGenerator<PackedUnit[]> {
  const { unitBytes } = work;
  const threads = new CompressThreads(disk, context, { ...work, dictionaryBytes: 0 });
  const run = async (job: CompressJob): Promise<PackedUnit[]> => {
    context.signal.throwIfAborted();
    const { lengths, bytes, crcs } = await threads.run(job);
    const units: PackedUnit[] = [];
    let at = 0;
    for (const [i, length] of lengths.entries()) {
      if (length === 0) continue;
      const from = at;
      at += Math.abs(length);
      const index = job.position / unitBytes + i;
      units.push({
        ...{ index, bytes: bytes.subarray(from, at), isPacked: length > 0 },
        crc: crcs[i] ?? 0,
      });
    }
    return units;
  };
  try {
    for await (const units of inOrder(unitBatches(disk, unitBytes), threads.width, run)) {
      context.signal.throwIfAborted();
      const [first] = units;
      if (first === undefined) continue;
      yield units;
      // Otherwise a hundred megabytes wait for the garbage collector.
      const { buffer } = first.bytes;
      if (buffer instanceof ArrayBuffer) buffer.transfer(0);
    }
  } finally {
    await threads.close();
  }
}

/** Ranges of whole units that contain the extents, each unit once. */
function* unitBatches({ extents }: DiskToWrite, unitBytes: number): Generator<CompressJob> {
  const size = Math.max(unitBytes, batchBytes);
  let next = 0;
  for (const [start, length] of extents) {
    let position = Math.max(next, start - (start % unitBytes));
    const end = Math.ceil((start + length) / unitBytes) * unitBytes;
    for (; position < end; position = next) {
      next = Math.min(end, position + size);
      yield { position, length: next - position, before: 0 };
    }
  }
}
