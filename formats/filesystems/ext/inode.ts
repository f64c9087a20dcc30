import type { Walk } from '../shared/volume-reader.ts';
import { badExt } from './bad.ts';
import { rawCrc32c, type Superblock } from './superblock.ts';

export const rootInode = 2;
export const inodeFlags = {
  encrypted: 0x800,
  extents: 0x8_0000,
  inline: 0x1000_0000,
  casefold: 0x4000_0000,
};

/** One inode with a verified checksum. */
export interface Inode {
  number: number;
  mode: number;
  sizeBytes: number;
  /** Its size in blocks of 512 bytes. */
  sectors: number;
  flags: number;
  /** The 60 bytes of its map, or of the start of its content. */
  map: Buffer;
  /** Block of extended attributes, or 0. */
  attributeBlock: number;
  /** The whole inode as stored. */
  bytes: Buffer;
}

/** Reads one inode by its number. */
export async function readInode(walk: Walk, layout: Superblock, number: number): Promise<Inode> {
  if (number < 1 || number > layout.inodes) {
    throw badExt('corrupt-table', `There is no inode ${number} in the ext file system`);
  }
  const group = Math.floor((number - 1) / layout.inodesPerGroup);
  const index = (number - 1) % layout.inodesPerGroup;
  const table = await tableOf(walk, layout, group);
  const place = table * layout.blockBytes + index * layout.inodeBytes;
  const bytes = await walk.read(place, layout.inodeBytes);
  checkSum(bytes, layout, number);
  const mode = bytes.readUInt16LE(0);
  if (mode === 0 || bytes.readUInt16LE(26) === 0) {
    throw badExt('corrupt-table', `A name leads to the ext inode ${number}, which is not in use`);
  }
  const isFile = (mode & 0xf000) === 0x8000;
  return {
    number,
    mode,
    sizeBytes: bytes.readUInt32LE(4) + (isFile ? bytes.readUInt32LE(108) * 2 ** 32 : 0),
    sectors: bytes.readUInt32LE(28),
    flags: bytes.readUInt32LE(32),
    map: bytes.subarray(40, 100),
    attributeBlock: bytes.readUInt32LE(104),
    bytes,
  };
}

/** The first block of a group's inode table, from its descriptor. */
async function tableOf(walk: Walk, layout: Superblock, group: number): Promise<number> {
  const { descriptorBytes, blockBytes } = layout;
  const descriptor = await walk.read(descriptorAt(layout, group), descriptorBytes);
  const high = descriptorBytes >= 64 ? descriptor.readUInt32LE(40) : 0;
  const table = descriptor.readUInt32LE(8) + high * 2 ** 32;
  const tableBlocks = Math.ceil((layout.inodesPerGroup * layout.inodeBytes) / blockBytes);
  if (table <= layout.firstDataBlock || table + tableBlocks > layout.blocks) {
    throw badExt(
      'corrupt-table',
      `The inodes of ext group ${group} lie outside of the file system`,
    );
  }
  return table;
}

function descriptorAt(layout: Superblock, group: number): number {
  const { blockBytes, descriptorBytes, firstDataBlock, firstMetaGroup } = layout;
  const perBlock = blockBytes / descriptorBytes;
  const meta = Math.floor(group / perBlock);
  // With blocks of 1 KiB the superblock is block 1, even if large clusters make block 0 the first one.
  const superblock = blockBytes === 1024 ? 1 : 0;
  if (firstMetaGroup === undefined || meta < firstMetaGroup) {
    return (superblock + 1) * blockBytes + group * descriptorBytes;
  }
  const first = meta * perBlock;
  const begin = first === 0 ? superblock : firstDataBlock + first * layout.blocksPerGroup;
  const block = begin + (layout.hasCopy(first) ? 1 : 0);
  return block * blockBytes + (group % perBlock) * descriptorBytes;
}

function checkSum(bytes: Buffer, layout: Superblock, number: number): void {
  const { checksumSeed } = layout;
  if (checksumSeed === undefined) return;
  const isLong = bytes.length > 128 && bytes.readUInt16LE(128) >= 4;
  const stored = bytes.readUInt16LE(124) + (isLong ? bytes.readUInt16LE(130) * 0x1_0000 : 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(number, 0);
  bytes.copy(head, 4, 100, 104);
  const copy = Buffer.from(bytes);
  copy.fill(0, 124, 126);
  if (isLong) copy.fill(0, 130, 132);
  const sum = rawCrc32c(rawCrc32c(checksumSeed, head), copy);
  if ((isLong ? sum : sum & 0xffff) === stored) return;
  throw badExt('checksum', `The checksum of the ext inode ${number} is wrong`);
}
