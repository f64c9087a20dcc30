import type { DiskToWrite, WriteContext, WriterSink } from '../../../src/kit.ts';
import { copyDataBlocks } from '../../shared/writing/copy-data-blocks.ts';
import { refuseLargeDisk } from '../../shared/writing/refuse-large-disk.ts';
import { eachPackedCluster } from './clusters.ts';
import { formatHeader } from './header.ts';
import { clusterBytes, clustersPerTable, ImageLayout, type PlacedBytes } from './layout.ts';

const sectorBytes = 512;
/** qemu accepts an L1 table of 32 MiB at most: 2 PiB. */
const maxBytes = ((32 * 1024 * 1024) / 8) * clustersPerTable * clusterBytes;

/** Throws for a disk that is larger than qemu can open. */
export function checkQcow2({ virtualSize }: Pick<DiskToWrite, 'virtualSize'>): void {
  refuseLargeDisk('qcow2', virtualSize, maxBytes, 'Write a raw disk.');
}

/** A qcow2 of version 3 with clusters of 64 KiB, in the order of the disk. */
export async function writeQcow2(
  disk: DiskToWrite,
  out: WriterSink,
  context: WriteContext,
): Promise<void> {
  const compression = context.options['compression'] ?? 'none';
  const virtualSize = Math.ceil(disk.virtualSize / sectorBytes) * sectorBytes;
  const layout = new ImageLayout(virtualSize);
  if (compression === 'none') await copyClusters(disk, out, layout, context);
  else await packClusters(disk, out, layout, context);
  const { tables, l1Entries, refcounts, end } = layout.finish();
  for (const { position, bytes } of tables) await out.write(position, bytes);
  await out.write(0, formatHeader({ virtualSize, l1Entries, refcounts, compression }));
  await out.setSize(end);
}

/** Copies every cluster that is not all zeros, uncompressed. */
async function copyClusters(
  disk: DiskToWrite,
  out: WriterSink,
  layout: ImageLayout,
  context: WriteContext,
): Promise<void> {
  const place = (index: number): number | Promise<number> => {
    const { position, finished } = layout.add(index, clusterBytes, false);
    if (finished === undefined) return position;
    return out.write(finished.position, finished.bytes).then(() => position);
  };
  await copyDataBlocks(disk, out, { blockBytes: clusterBytes, place }, context);
}

async function packClusters(
  disk: DiskToWrite,
  out: WriterSink,
  layout: ImageLayout,
  context: WriteContext,
): Promise<void> {
  for await (const clusters of eachPackedCluster(disk, context)) {
    const pieces: PlacedBytes[] = [];
    for (const { index, bytes, isPacked } of clusters) {
      const { position, finished } = layout.add(index, bytes.length, isPacked);
      if (finished !== undefined) await out.write(finished.position, finished.bytes);
      pieces.push({ position, bytes });
    }
    await writePieces(out, pieces);
  }
}

/** Pieces that are adjacent in the file and in memory are written at once. */
async function writePieces(out: WriterSink, pieces: readonly PlacedBytes[]): Promise<void> {
  let run: PlacedBytes | undefined;
  for (const { position, bytes } of pieces) {
    if (
      run !== undefined &&
      run.position + run.bytes.length === position &&
      follows(run.bytes, bytes)
    ) {
      const { buffer, byteOffset, length } = run.bytes;
      run.bytes = new Uint8Array(buffer, byteOffset, length + bytes.length);
    } else {
      if (run !== undefined) await out.write(run.position, run.bytes);
      run = { position, bytes };
    }
  }
  if (run !== undefined) await out.write(run.position, run.bytes);
}

function follows(first: Uint8Array, second: Uint8Array): boolean {
  return first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
}
