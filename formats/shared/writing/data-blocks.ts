import type { DiskToWrite } from '../../../src/kit.ts';
import { isZeros } from '../../../src/kit.ts';

/** A block of the disk that is not all zeros; the last one of a disk may be short. */
export interface DataBlock {
  index: number;
  bytes: Uint8Array;
}

/** Number of blocks that are read ahead. */
const aheadBlocks = 3;

/** Every block of `blockBytes` that is not all zeros, in the order of the disk. Reads a few blocks ahead. */
export async function* eachDataBlock(
  disk: DiskToWrite,
  blockBytes: number,
  signal: AbortSignal,
): AsyncGenerator<DataBlock> {
  const reads: { index: number; read: Promise<Uint8Array> }[] = [];
  try {
    for (const index of touchedBlocks(disk, blockBytes)) {
      const read = disk.read(index * blockBytes, blockBytes);
      // Awaited later in its turn; the empty handler keeps Node from reporting the failure earlier.
      read.catch(() => {});
      reads.push({ index, read });
      if (reads.length > aheadBlocks) yield* take(reads, signal);
    }
    while (reads.length > 0) yield* take(reads, signal);
  } finally {
    // The caller closes the file after this: no read may be running then.
    await Promise.allSettled(reads.map(({ read }) => read));
  }
}

async function* take(
  reads: { index: number; read: Promise<Uint8Array> }[],
  signal: AbortSignal,
): AsyncGenerator<DataBlock> {
  const next = reads.shift();
  if (next === undefined) return;
  const bytes = await next.read;
  signal.throwIfAborted();
  if (!isZeros(bytes, 0, bytes.length)) yield { index: next.index, bytes };
}

/** The blocks that the extents touch, each once. */
function* touchedBlocks({ extents }: DiskToWrite, blockBytes: number): Generator<number> {
  let next = 0;
  for (const [position, length] of extents) {
    const end = Math.ceil((position + length) / blockBytes);
    for (next = Math.max(next, Math.floor(position / blockBytes)); next < end; next += 1) {
      yield next;
    }
  }
}
