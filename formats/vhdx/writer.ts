import type { DiskToWrite, WriteContext, WriterSink } from '../../src/kit.ts';
import { copyDataBlocks } from '../shared/writing/copy-data-blocks.ts';
import { DiskId } from '../shared/writing/disk-id.ts';
import { refuseLargeDisk } from '../shared/writing/refuse-large-disk.ts';
import { layOut, type VhdxLayout, vhdxSectorBytes } from './layout.ts';
import { formatHeaderSection } from './write-header.ts';
import { formatMetadata } from './write-metadata.ts';

/** MS-VHDX 2.6.2.2. */
const maxBytes = 64 * 1024 ** 4;
const presentState = 6n;

/** Throws for a disk that is too large for VHDX. */
export function checkVhdx({ virtualSize }: Pick<DiskToWrite, 'virtualSize'>): void {
  refuseLargeDisk(
    'vhdx',
    virtualSize,
    maxBytes,
    'Keep it raw; no other format of Hyper-V is larger.',
  );
}

/** A dynamic VHDX with an empty log; its blocks are in the order of the disk. */
export async function writeVhdx(
  disk: DiskToWrite,
  out: WriterSink,
  context: WriteContext,
): Promise<void> {
  const size = Math.ceil(disk.virtualSize / vhdxSectorBytes) * vhdxSectorBytes;
  const layout = layOut(size);
  const { blockBytes, bat, dataOffset } = layout;
  const id = new DiskId();
  const table = Buffer.alloc(bat.length);
  let end = dataOffset;
  const place = (index: number): number => {
    const start = end;
    table.writeBigUInt64LE(BigInt(start) | presentState, entryOf(index, layout) * 8);
    end += blockBytes;
    return start;
  };
  await copyDataBlocks(disk, out, { blockBytes, place, id }, context);
  await out.write(bat.start, table);
  await out.write(layout.metadata.start, formatMetadata(layout, id));
  await out.write(0, formatHeaderSection(layout, id));
  await out.setSize(end);
}

/** Each chunk's entries are followed by one for its sector bitmap, which only a differencing disk has. */
function entryOf(index: number, { chunkBlocks }: VhdxLayout): number {
  return index + Math.floor(index / chunkBlocks);
}
