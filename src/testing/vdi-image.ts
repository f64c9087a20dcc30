import { cutBlocks, type DiskExtent } from './cut-blocks.ts';

/** Content and layout of a VDI image. */
export interface VdiImageOptions {
  /** Size of the disk in bytes. */
  virtualSize: number;
  extents: readonly DiskExtent[];
  /** Default `dynamic`; a static image has space for every block. */
  variant?: 'dynamic' | 'static' | undefined;
  /** A power of two, at least 512; default 1 MiB. */
  blockBytes?: number | undefined;
  /** Receives the numbers of the stored blocks, ascending; returns them in the order of the file. */
  order?: ((blocks: number[]) => number[]) | undefined;
  /** The map entry of a block of zeros: never written (default) or discarded. */
  zeros?: 'unallocated' | 'discarded' | undefined;
  /** Map and data start at multiples of this, default 512; VirtualBox uses 1 MiB. */
  alignBytes?: number | undefined;
}

/** A complete VDI image and the offsets of its parts in bytes. */
export interface VdiImage {
  bytes: Uint8Array;
  mapOffset: number;
  dataOffset: number;
  /** By number of the block on the disk. */
  blockOffsets: Map<number, number>;
}

/** Builds a valid VDI image in memory. Throws a `RangeError` for an extent beyond the disk. */
export function buildVdiImage(options: VdiImageOptions): VdiImage {
  const { virtualSize, extents, variant = 'dynamic', blockBytes = 1024 * 1024 } = options;
  const { alignBytes = 512, zeros = 'unallocated' } = options;
  const align = (position: number): number => Math.ceil(position / alignBytes) * alignBytes;
  const count = Math.ceil(virtualSize / blockBytes);
  const blocks = cutBlocks(extents, blockBytes, virtualSize);
  const present =
    variant === 'static'
      ? Array.from({ length: count }, (_, number) => number)
      : [...blocks.keys()].sort((a, b) => a - b);
  const order = options.order?.(present) ?? present;
  const mapOffset = align(512);
  const dataOffset = align(mapOffset + count * 4);
  const bytes = new Uint8Array(dataOffset + order.length * blockBytes);
  const view = new DataView(bytes.buffer);
  const blockOffsets = new Map<number, number>();
  for (let number = 0; number < count; number += 1) {
    const absent = zeros === 'discarded' ? 0xffff_fffe : 0xffff_ffff;
    view.setUint32(mapOffset + number * 4, absent, true);
  }
  for (const [index, number] of order.entries()) {
    const offset = dataOffset + index * blockBytes;
    view.setUint32(mapOffset + number * 4, index, true);
    bytes.set(blocks.get(number) ?? [], offset);
    blockOffsets.set(number, offset);
  }
  bytes.set(new TextEncoder().encode('<<< Oracle VM VirtualBox Disk Image >>>\n'));
  const fields = {
    64: 0xbeda_107f,
    68: 0x0001_0001,
    72: 0x190,
    76: variant === 'static' ? 2 : 1,
    340: mapOffset,
    344: dataOffset,
    360: 512,
    376: blockBytes,
    384: count,
    388: order.length,
  };
  for (const [at, value] of Object.entries(fields)) view.setUint32(Number(at), value, true);
  view.setBigUint64(0x170, BigInt(virtualSize), true);
  bytes.fill(0x22, 0x188, 0x1a8);
  return { bytes, mapOffset, dataOffset, blockOffsets };
}
