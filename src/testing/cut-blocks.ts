import { isZeros } from '../kit/is-zeros.ts';

/** Bytes at a position of the disk; ranges without an extent read as zeros. */
export interface DiskExtent {
  position: number;
  bytes: Uint8Array;
}

/** The blocks of a disk that are not all zeros, by number, each of full size. */
export function cutBlocks(
  extents: readonly DiskExtent[],
  blockBytes: number,
  virtualSize: number,
): Map<number, Uint8Array> {
  const blocks = cutTouchedBlocks(extents, blockBytes, virtualSize);
  for (const [number, block] of blocks) {
    if (isZeros(block)) blocks.delete(number);
  }
  return blocks;
}

/** The blocks of a disk that an extent touches, all zeros or not, by number, each of full size. */
export function cutTouchedBlocks(
  extents: readonly DiskExtent[],
  blockBytes: number,
  virtualSize: number,
): Map<number, Uint8Array> {
  const blocks = new Map<number, Uint8Array>();
  for (const { position, bytes } of extents) {
    if (position + bytes.length > virtualSize) throw new RangeError('an extent is past the disk');
    for (let done = 0; done < bytes.length; ) {
      const number = Math.floor((position + done) / blockBytes);
      const from = (position + done) % blockBytes;
      const length = Math.min(blockBytes - from, bytes.length - done);
      const block = blocks.get(number) ?? new Uint8Array(blockBytes);
      block.set(bytes.subarray(done, done + length), from);
      blocks.set(number, block);
      done += length;
    }
  }
  return blocks;
}
