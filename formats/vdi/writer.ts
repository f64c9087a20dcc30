import type { DiskToWrite, WriteContext, WriterSink } from '../../src/kit.ts';
import { copyDataBlocks } from '../shared/writing/copy-data-blocks.ts';
import { DiskId } from '../shared/writing/disk-id.ts';
import { refuseLargeDisk } from '../shared/writing/refuse-large-disk.ts';
import { vdiMagic, vdiMagicAt } from './magic.ts';

const MiB = 1024 * 1024;
const sectorBytes = 512;
/** The only block size that qemu reads. */
const blockBytes = MiB;
const mapOffset = 512;
/** 16 Mi blocks: their map has 64 MiB, which are held in memory. */
const maxBytes = 16 * 1024 * 1024 * MiB;

/** Throws for a disk that is too large for this writer. */
export function checkVdi({ virtualSize }: Pick<DiskToWrite, 'virtualSize'>): void {
  refuseLargeDisk('vdi', virtualSize, maxBytes, 'Write vhdx; it holds up to 64 TiB.');
}

/** A dynamic VDI; its blocks are in the order of the disk. */
export async function writeVdi(
  disk: DiskToWrite,
  out: WriterSink,
  context: WriteContext,
): Promise<void> {
  const size = Math.ceil(disk.virtualSize / sectorBytes) * sectorBytes;
  const blocks = Math.ceil(size / blockBytes);
  const map = Buffer.alloc(blocks * 4, 0xff);
  const dataOffset = Math.ceil((mapOffset + map.length) / MiB) * MiB;
  const id = new DiskId();
  let allocated = 0;
  const place = (index: number): number => {
    map.writeUInt32LE(allocated, index * 4);
    allocated += 1;
    return dataOffset + (allocated - 1) * blockBytes;
  };
  await copyDataBlocks(disk, out, { blockBytes, place, id }, context);
  await out.write(mapOffset, map);
  await out.write(0, formatHeader({ size, blocks, allocated, dataOffset, id }));
  await out.setSize(dataOffset + allocated * blockBytes);
}

interface Layout {
  size: number;
  blocks: number;
  allocated: number;
  dataOffset: number;
  id: DiskId;
}

/** Version 1.1, with the fields that VirtualBox added after those of 1.0. */
function formatHeader({ size, blocks, allocated, dataOffset, id }: Layout): Uint8Array {
  const header = Buffer.alloc(mapOffset);
  header.write('<<< Oracle VM VirtualBox Disk Image >>>\n', 0, 'latin1');
  header.set(vdiMagic, vdiMagicAt);
  header.writeUInt32LE(0x00010001, 0x44);
  header.writeUInt32LE(0x190, 0x48);
  // Dynamic.
  header.writeUInt32LE(1, 0x4c);
  header.writeUInt32LE(mapOffset, 0x154);
  header.writeUInt32LE(dataOffset, 0x158);
  header.writeUInt32LE(sectorBytes, 0x168);
  header.writeBigUInt64LE(BigInt(size), 0x170);
  header.writeUInt32LE(blockBytes, 0x178);
  header.writeUInt32LE(blocks, 0x180);
  header.writeUInt32LE(allocated, 0x184);
  header.set(id.guid(`vdi ${size}`), 0x188);
  header.set(id.guid(`vdi ${size} modified`), 0x198);
  // The geometry of the BIOS: only the sector size is set, so that VirtualBox computes the rest.
  header.writeUInt32LE(sectorBytes, 0x1d4);
  return header;
}
