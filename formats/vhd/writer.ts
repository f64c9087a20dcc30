import type { DiskToWrite, WriteContext, WriterSink } from '../../src/kit.ts';
import { copyDataBlocks } from '../shared/writing/copy-data-blocks.ts';
import { DiskId } from '../shared/writing/disk-id.ts';
import { refuseLargeDisk } from '../shared/writing/refuse-large-disk.ts';
import { vhdChecksum } from './checksum.ts';
import { footerBytes, vhdMagic } from './footer.ts';

const MiB = 1024 * 1024;
const sectorBytes = 512;
/** The largest size that Hyper-V and qemu accept: 2040 GiB. */
const maxBytes = 2040 * 1024 * MiB;

/** Throws for a disk that, rounded up to whole MiB, is too large for VHD. */
export function checkVhd({ virtualSize }: Pick<DiskToWrite, 'virtualSize'>): void {
  refuseLargeDisk('vhd', paddedSize(virtualSize), maxBytes, 'Write vhdx; it holds up to 64 TiB.');
}

/** A fixed VHD: the disk, zeros up to the next MiB, which Azure requires, and a footer. */
export async function writeVhd(
  disk: DiskToWrite,
  out: WriterSink,
  context: WriteContext,
): Promise<void> {
  const size = paddedSize(disk.virtualSize);
  const id = new DiskId();
  const place = (index: number): number => index * MiB;
  await copyDataBlocks(disk, out, { blockBytes: MiB, place, id }, context);
  await out.write(size, fixedFooter(size, id.finish(`vhd ${size}`)));
  await out.setSize(size + footerBytes);
}

function paddedSize(bytes: number): number {
  return Math.ceil(bytes / MiB) * MiB;
}

/** The footer of a fixed disk (Virtual Hard Disk Image Format Specification 1.0, "Hard Disk Footer Format"). */
function fixedFooter(size: number, id: Uint8Array): Uint8Array {
  const footer = Buffer.alloc(footerBytes);
  footer.write(vhdMagic, 0, 'latin1');
  // "Reserved", which is always set.
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x10000, 12);
  // No header follows: all ones.
  footer.fill(0xff, 16, 24);
  // qemu takes the size from the geometry, which is rounded down, unless it knows the creator; it knows this one.
  footer.write('win ', 28, 'latin1');
  footer.writeUInt32BE(0x000a0000, 32);
  footer.write('Wi2k', 36, 'latin1');
  footer.writeBigUInt64BE(BigInt(size), 40);
  footer.writeBigUInt64BE(BigInt(size), 48);
  const { cylinders, heads, sectors } = geometryOf(size / sectorBytes);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectors, 59);
  footer.writeUInt32BE(2, 60);
  footer.set(id, 68);
  footer.writeUInt32BE(vhdChecksum(footer, 64), 64);
  return footer;
}

interface Geometry {
  cylinders: number;
  heads: number;
  sectors: number;
}

/** As the specification computes it (appendix "CHS Calculation"). */
function geometryOf(totalSectors: number): Geometry {
  const total = Math.min(totalSectors, 65535 * 16 * 255);
  if (total >= 65535 * 16 * 63) return shape(total, 16, 255);
  const small = Math.floor(total / 17);
  const heads = Math.max(4, Math.ceil(small / 1024));
  if (small < heads * 1024 && heads <= 16) return shape(total, heads, 17);
  const middle = Math.floor(total / 31);
  if (middle < 16 * 1024) return shape(total, 16, 31);
  return shape(total, 16, 63);
}

function shape(total: number, heads: number, sectors: number): Geometry {
  return { cylinders: Math.floor(Math.floor(total / sectors) / heads), heads, sectors };
}
