import { cutBlocks, type DiskExtent } from './cut-blocks.ts';

/** Content and layout of a VHD image. */
export interface VhdImageOptions {
  /** Size of the disk in bytes, a multiple of 512. */
  virtualSize: number;
  extents: readonly DiskExtent[];
  /** Default `dynamic`. */
  variant?: 'fixed' | 'dynamic' | undefined;
  /** A power of two, at least 512; default 2 MiB; dynamic only. */
  blockBytes?: number | undefined;
  /** Receives the numbers of the blocks with data, ascending; returns them in the order of the file. */
  order?: ((blocks: number[]) => number[]) | undefined;
  /** Position of the block allocation table: right after the header (default), or after all blocks. */
  table?: 'first' | 'last' | undefined;
  /** Unused bytes, a multiple of 512, before each block of a dynamic disk, or zeros before the footer of a fixed one. */
  gapBytes?: number | undefined;
  /** Leave out the last byte of the footer, as very old files do; default false. */
  oldFooter?: boolean | undefined;
}

/** A complete VHD image and the offsets of its parts in bytes. */
export interface VhdImage {
  bytes: Uint8Array;
  /** Offset of the footer at the end. */
  footerOffset: number;
  /** Offset of the dynamic header; like `tableOffset`, 0 if there is none. */
  headerOffset: number;
  tableOffset: number;
  /** Offset of the sector bitmap of a block, by number of the block on the disk. */
  blockOffsets: Map<number, number>;
}

const sectorBytes = 512;
const headerBytes = 1024;
const headerOffset = 512;

/**
 * Builds a valid VHD image in memory; bytes that a reader must ignore are not zeros. Throws a `RangeError` for an
 * extent beyond the disk.
 */
export function buildVhdImage(options: VhdImageOptions): VhdImage {
  return options.variant === 'fixed' ? buildFixed(options) : buildDynamic(options);
}

/** Computes and writes the checksum of a footer (`length` 512) or a dynamic header (1024) again, after a change. */
export function sealVhd(bytes: Uint8Array, start: number, length: 512 | 1024): void {
  const at = length === 512 ? 64 : 36;
  const part = bytes.subarray(start, start + length);
  part.fill(0, at, at + 4);
  const sum = part.reduce((total, byte) => total + byte, 0);
  new DataView(bytes.buffer, bytes.byteOffset + start).setUint32(at, ~sum >>> 0);
}

function buildFixed({ virtualSize, extents, gapBytes = 0, oldFooter }: VhdImageOptions): VhdImage {
  const footerOffset = virtualSize + gapBytes;
  const bytes = new Uint8Array(footerOffset + (oldFooter === true ? 511 : 512));
  for (const extent of extents) bytes.set(extent.bytes, extent.position);
  bytes.set(footer(virtualSize, 2).subarray(0, bytes.length - footerOffset), footerOffset);
  return { bytes, footerOffset, headerOffset: 0, tableOffset: 0, blockOffsets: new Map() };
}

function buildDynamic(options: VhdImageOptions): VhdImage {
  const { virtualSize, extents, blockBytes = 2 * 1024 * 1024, gapBytes = 0 } = options;
  const blocks = cutBlocks(extents, blockBytes, virtualSize);
  const present = [...blocks.keys()].sort((a, b) => a - b);
  const entries = Math.ceil(virtualSize / blockBytes);
  const tableBytes = Math.ceil((entries * 4) / sectorBytes) * sectorBytes;
  const bitmapBytes = Math.ceil(blockBytes / sectorBytes / 8 / sectorBytes) * sectorBytes;
  const blockOffsets = new Map<number, number>();
  let end = headerOffset + headerBytes;
  const reserve = (length: number): number => {
    end += length;
    return end - length;
  };
  let tableOffset = options.table === 'last' ? 0 : reserve(tableBytes);
  for (const number of options.order?.(present) ?? present) {
    blockOffsets.set(number, reserve(gapBytes + bitmapBytes + blockBytes) + gapBytes);
  }
  if (options.table === 'last') tableOffset = reserve(tableBytes);
  const footerOffset = end;
  const bytes = new Uint8Array(footerOffset + (options.oldFooter === true ? 511 : 512));
  const sealed = footer(virtualSize, 3);
  bytes.set(sealed);
  bytes.set(sealed.subarray(0, bytes.length - footerOffset), footerOffset);
  bytes.set(dynamicHeader(tableOffset, entries, blockBytes), headerOffset);
  bytes.fill(0xff, tableOffset, tableOffset + tableBytes);
  const view = new DataView(bytes.buffer);
  for (const [number, offset] of blockOffsets) {
    view.setUint32(tableOffset + number * 4, offset / sectorBytes);
    bytes.fill(0xaa, offset - gapBytes, offset);
    bytes.fill(0xff, offset, offset + bitmapBytes);
    bytes.set(blocks.get(number) ?? [], offset + bitmapBytes);
  }
  return { bytes, footerOffset, headerOffset, tableOffset, blockOffsets };
}

function footer(virtualSize: number, type: 2 | 3): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  bytes.set(ascii('conectix'), 0);
  view.setUint32(8, 2);
  view.setUint32(12, 0x0001_0000);
  view.setBigUint64(16, type === 2 ? 0xffff_ffff_ffff_ffffn : BigInt(headerOffset));
  // The creator name of Hyper-V: readers then take the current size, never the geometry.
  bytes.set(ascii('win '), 28);
  view.setUint32(32, 0x000a_0000);
  bytes.set(ascii('Wi2k'), 36);
  view.setBigUint64(40, BigInt(virtualSize));
  view.setBigUint64(48, BigInt(virtualSize));
  view.setUint16(56, Math.min(65_535, Math.floor(virtualSize / sectorBytes / (16 * 63))));
  bytes.set([16, 63], 58);
  view.setUint32(60, type);
  bytes.fill(0x11, 68, 84);
  sealVhd(bytes, 0, 512);
  return bytes;
}

function dynamicHeader(tableOffset: number, entries: number, blockBytes: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(ascii('cxsparse'), 0);
  view.setBigUint64(8, 0xffff_ffff_ffff_ffffn);
  view.setBigUint64(16, BigInt(tableOffset));
  view.setUint32(24, 0x0001_0000);
  view.setUint32(28, entries);
  view.setUint32(32, blockBytes);
  sealVhd(bytes, 0, 1024);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
