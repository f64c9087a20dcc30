import { abortable, type ByteSource, type DecodeContext, type DiskSink } from '../../../src/kit.ts';
import type { ImageRefusal } from '../image-refusal.ts';
import { type BlockBatch, BlockCursor, type BlockLayout, maxBatchBytes } from './block-batch.ts';
import { WorkSlots } from './work-slots.ts';

/**
 * Copies the blocks of a disk in the order of the file, so that a file that is still growing is copied as far as it has
 * arrived. Blocks without a place are zeroed if the sink does not read as zeros already.
 */
export async function copyBlocks(
  layout: BlockLayout,
  source: ByteSource,
  sink: DiskSink,
  { signal, tasks }: Pick<DecodeContext, 'signal' | 'tasks'>,
  refuseImage: ImageRefusal,
): Promise<void> {
  const slots = new WorkSlots(tasks, signal);
  // Memory that no batch is using, for the next one: the garbage collector would keep that of a hundred batches at
  // once.
  const spare: Uint8Array[] = [];
  try {
    if (!sink.zeroed) await slots.submit(() => zeroHoles(layout, sink, slots.signal));
    const cursor = new BlockCursor(layout);
    for (let next = cursor.peek(); next !== undefined; next = cursor.peek()) {
      const { host, length } = next;
      if (host + length > (source.sizeBytes ?? Number.POSITIVE_INFINITY)) throw cut(host);
      const batch = cursor.takeBatch(source.readyBytes);
      if (batch === undefined) await abortable(source.grown(), slots.signal);
      else await slots.submit(() => copyBatch(batch, slots.signal));
    }
  } finally {
    await slots.idle();
  }
  slots.signal.throwIfAborted();

  async function copyBatch(batch: BlockBatch, until: AbortSignal): Promise<void> {
    const memory = spare.pop() ?? new Uint8Array(maxBatchBytes);
    await copyPieces(batch, memory, until);
    spare.push(memory);
  }

  async function copyPieces(
    { start, end, pieces }: BlockBatch,
    memory: Uint8Array,
    until: AbortSignal,
  ): Promise<void> {
    const bytes = await source.read(start, end - start, memory);
    if (bytes.length < end - start) throw cut(start + bytes.length);
    pieces.sort((a, b) => a.guest - b.guest);
    for (let from = 0; from < pieces.length; ) {
      until.throwIfAborted();
      const guest = pieces[from]?.guest ?? 0;
      const run: Uint8Array[] = [];
      let runEnd = guest;
      for (let piece = pieces[from]; piece?.guest === runEnd; piece = pieces[from]) {
        run.push(bytes.subarray(piece.host - start, piece.host - start + piece.length));
        runEnd += piece.length;
        from += 1;
      }
      const [only] = run;
      await sink.write(guest, only !== undefined && run.length === 1 ? only : Buffer.concat(run));
    }
  }

  function cut(offset: number): Error {
    return refuseImage('truncated', 'the file ends inside a block of the disk', { offset });
  }
}

async function zeroHoles(layout: BlockLayout, sink: DiskSink, signal: AbortSignal): Promise<void> {
  const { blocks, blockBytes, virtualSize } = layout;
  let at = 0;
  for (const block of blocks.blocksAscending()) {
    signal.throwIfAborted();
    const start = block * blockBytes;
    if (start > at) await sink.zero(at, start - at);
    at = start + blockBytes;
  }
  if (at < virtualSize) await sink.zero(at, virtualSize - at);
}
