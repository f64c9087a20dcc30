import { rawCrc32c } from '../../../../formats/filesystems/ext/superblock.ts';
import type { ChangedDisk } from '../changed-disk.ts';
import type { VolumeSeal } from './volume-seal.ts';

/** The place of the inodes of one group. */
interface Table {
  at: number;
  bytes: number;
  firstInode: number;
}

/** The superblock, and inodes by the tables of the unchanged disk. */
export function extSeal(disk: ChangedDisk, start: number): VolumeSeal | undefined {
  const superblock = disk.read(start + 1024, 1024);
  if ((superblock.readUInt32LE(100) & 0x400) === 0) return undefined;
  const inodeBytes = superblock.readUInt16LE(88);
  const seed =
    (superblock.readUInt32LE(96) & 0x2000) === 0
      ? rawCrc32c(~0, superblock.subarray(104, 120))
      : superblock.readUInt32LE(624);
  const tables = tablesOf(disk, start, superblock);
  return (changed, position) => {
    changed.edit(start + 1024, 1024, (bytes) => {
      bytes.writeUInt32LE(rawCrc32c(~0, bytes.subarray(0, 1020)), 1020);
    });
    const table = tables.find(({ at, bytes }) => position >= at && position < at + bytes);
    if (table === undefined) return;
    const index = Math.floor((position - table.at) / inodeBytes);
    changed.edit(table.at + index * inodeBytes, inodeBytes, (inode) => {
      sealInode(inode, table.firstInode + index, seed);
    });
  };
}

function sealInode(inode: Buffer, number: number, seed: number): void {
  const isLong = inode.length > 128 && inode.readUInt16LE(128) >= 4;
  inode.writeUInt16LE(0, 124);
  if (isLong) inode.writeUInt16LE(0, 130);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(number, 0);
  inode.copy(head, 4, 100, 104);
  const sum = rawCrc32c(rawCrc32c(seed, head), inode);
  inode.writeUInt16LE(sum & 0xffff, 124);
  if (isLong) inode.writeUInt16LE(sum >>> 16, 130);
}

function tablesOf(disk: ChangedDisk, start: number, superblock: Buffer): Table[] {
  const u32 = (at: number): number => superblock.readUInt32LE(at);
  const blockBytes = 1024 << u32(24);
  const descriptorBytes = (u32(96) & 0x80) === 0 ? 32 : superblock.readUInt16LE(254);
  const bytes = u32(40) * superblock.readUInt16LE(88);
  const descriptorsAt = start + (blockBytes === 1024 ? 2 : 1) * blockBytes;
  return Array.from({ length: Math.min(64, u32(0) / u32(40)) }, (_, group) => {
    const block = disk.read(descriptorsAt + group * descriptorBytes, 12).readUInt32LE(8);
    return { at: start + block * blockBytes, bytes, firstInode: group * u32(40) + 1 };
  });
}
