import { badXfs } from './bad.ts';
import type { XfsSuperblock } from './superblock.ts';

/** The byte offset of a block from its number, which consists of its group and its place there. */
export function byteOfBlock(layout: XfsSuperblock, block: bigint, count: number): number {
  const shift = BigInt(layout.groupBlocksLog);
  const group = Number(block >> shift);
  const inGroup = Number(block & ((1n << shift) - 1n));
  const isLast = group === layout.groups - 1;
  const size = isLast ? layout.blocks - group * layout.groupBlocks : layout.groupBlocks;
  if (group >= layout.groups || inGroup + count > size) {
    throw badXfs('corrupt-table', `The XFS block ${block} lies outside of the file system`);
  }
  return (group * layout.groupBlocks + inGroup) * layout.blockBytes;
}

/** The byte offset of an inode: its number encodes its place. */
export function byteOfInode(layout: XfsSuperblock, inode: bigint): number {
  const slotBits = BigInt(layout.inodesPerBlockLog);
  const slot = Number(inode & ((1n << slotBits) - 1n));
  return byteOfBlock(layout, inode >> slotBits, 1) + slot * layout.inodeBytes;
}
