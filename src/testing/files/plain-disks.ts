import type { DiskExtent } from '../cut-blocks.ts';

/** The content of a raw disk. */
export interface RawDiskOptions {
  /** Size in bytes; a multiple of 512, at least 4096. */
  virtualSize: number;
  /** Data after the first sector; the rest reads as zeros. */
  extents?: readonly DiskExtent[] | undefined;
}

/** A raw disk with a partition table (MBR) with one Linux partition, as on a boot image. */
export function buildRawDisk({ virtualSize, extents = [] }: RawDiskOptions): Uint8Array {
  const bytes = new Uint8Array(virtualSize);
  const view = new DataView(bytes.buffer);
  const sectors = Math.floor(virtualSize / 512);
  for (const { position, bytes: data } of extents) bytes.set(data, position);
  view.setUint8(446 + 4, 0x83);
  view.setUint32(446 + 8, 1, true);
  view.setUint32(446 + 12, sectors - 1, true);
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

/** The content of a disc. */
export interface IsoDiscOptions {
  /** Default: `TEST`. */
  label?: string | undefined;
  /** Bytes after the volume descriptors. Default: none. */
  content?: Uint8Array | undefined;
}

const sectorBytes = 2048;

/** An ISO 9660 disc without files: system area, volume descriptors, and `content` after them. */
export function buildIsoDisc({ label = 'TEST', content }: IsoDiscOptions = {}): Uint8Array {
  const data = content ?? new Uint8Array(0);
  const sectors = 18 + Math.ceil(data.length / sectorBytes);
  const bytes = new Uint8Array(sectors * sectorBytes);
  for (const [index, type] of [1, 255].entries()) {
    bytes.set([type, ...Buffer.from('CD001'), 1], (16 + index) * sectorBytes);
  }
  const at = 16 * sectorBytes;
  bytes.set(Buffer.from(label.padEnd(32).slice(0, 32), 'latin1'), at + 40);
  const view = new DataView(bytes.buffer, at);
  view.setUint32(80, sectors, true);
  view.setUint32(84, sectors);
  for (const [place, isLittle] of [
    [128, true],
    [130, false],
  ] as const) {
    view.setUint16(place, sectorBytes, isLittle);
  }
  bytes.set(data, 18 * sectorBytes);
  return bytes;
}
