import { crc32c } from '../../shared/crc32c.ts';
import { formatUuid } from '../shared/uuid.ts';
import { badExt } from './bad.ts';

export const superblockAt = 1024;
export const superblockBytes = 1024;

const incompat = {
  filetype: 0x2,
  recover: 0x4,
  metaBg: 0x10,
  wide: 0x80,
  checksumSeed: 0x2000,
};
/** Feature flags that do not prevent reading, or that concern single inodes: filesystems.md, section 3.1. */
const readable =
  0x2 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;
/** The flags of these that ext2 and ext3 have. */
const older = 0x2 | 0x4 | 0x10;
const olderReadOnly = 0x7;
const hasJournal = 0x4;
const sparseSuper2 = 0x200;
const sparseSuper = 0x1;
const metadataChecksums = 0x400;

/** The values of a superblock, checked against each other. */
export interface Superblock {
  id: 'ext2' | 'ext3' | 'ext4';
  label: string;
  uuid: string;
  blockBytes: number;
  blocks: number;
  firstDataBlock: number;
  blocksPerGroup: number;
  inodes: number;
  inodesPerGroup: number;
  inodeBytes: number;
  groups: number;
  descriptorBytes: number;
  /**
   * The first meta group whose descriptors have places of their own; `undefined` if all descriptors follow the
   * superblock.
   */
  firstMetaGroup: number | undefined;
  /** True for groups that begin with a copy of the superblock. */
  hasCopy(group: number): boolean;
  hasFileTypes: boolean;
  /** The seed of the inode checksums; `undefined` if inodes have none. */
  checksumSeed: number | undefined;
}

/** Reads and checks a superblock; its sizes must fit in `volumeBytes`. */
export function parseSuperblock(bytes: Buffer, volumeBytes: number): Superblock {
  const u32 = (at: number): number => bytes.readUInt32LE(at);
  const isDynamic = u32(76) >= 1;
  const features = isDynamic ? u32(96) : 0;
  const readOnly = isDynamic ? u32(100) : 0;
  const compat = isDynamic ? u32(92) : 0;
  checkFeatures(features);
  const uuidBytes = bytes.subarray(104, 120);
  if (
    (readOnly & metadataChecksums) !== 0 &&
    rawCrc32c(~0, bytes.subarray(0, 1020)) !== u32(1020)
  ) {
    throw badExt('checksum', 'The checksum of the ext superblock is wrong');
  }
  const isWide = (features & incompat.wide) !== 0;
  const blockBytes = u32(24) <= 6 ? 1024 << u32(24) : 0;
  const blocks = u32(4) + (isWide ? u32(336) * 2 ** 32 : 0);
  const firstDataBlock = u32(20);
  const blocksPerGroup = u32(32);
  const inodesPerGroup = u32(40);
  const inodes = u32(0);
  const inodeBytes = isDynamic ? bytes.readUInt16LE(88) : 128;
  const descriptorBytes = isWide ? bytes.readUInt16LE(254) : 32;
  const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  const problem =
    blockBytes === 0
      ? 'the size of a block'
      : blocks * blockBytes > volumeBytes || blocks <= firstDataBlock
        ? 'the number of blocks'
        : firstDataBlock > 1
          ? 'the first block'
          : blocksPerGroup === 0 || blocksPerGroup > 8 * blockBytes * 16
            ? 'the size of a group'
            : inodesPerGroup === 0 ||
                inodesPerGroup > 8 * blockBytes ||
                groups * inodesPerGroup !== inodes
              ? 'the number of inodes'
              : !isPower(inodeBytes) || inodeBytes < 128 || inodeBytes > blockBytes
                ? 'the size of an inode'
                : !isPower(descriptorBytes) || descriptorBytes < 32 || descriptorBytes > 1024
                  ? 'the size of a group descriptor'
                  : undefined;
  if (problem !== undefined)
    throw badExt('corrupt-header', `The ext superblock is impossible in ${problem}`);
  const copies = [bytes.readUInt32LE(588), bytes.readUInt32LE(592)];
  return {
    id: nameOf(compat, features, readOnly),
    label: bytes.toString('utf8', 120, 136).split('\0', 1)[0] ?? '',
    uuid: formatUuid(uuidBytes, 0),
    blockBytes,
    blocks,
    firstDataBlock,
    blocksPerGroup,
    inodes,
    inodesPerGroup,
    inodeBytes,
    groups,
    descriptorBytes,
    firstMetaGroup: (features & incompat.metaBg) === 0 ? undefined : u32(260),
    hasCopy: (group) =>
      group === 0 ||
      ((compat & sparseSuper2) !== 0
        ? copies.includes(group)
        : (readOnly & sparseSuper) === 0 || isSparseCopy(group)),
    hasFileTypes: (features & incompat.filetype) !== 0,
    checksumSeed:
      (readOnly & metadataChecksums) === 0
        ? undefined
        : (features & incompat.checksumSeed) !== 0
          ? u32(624)
          : rawCrc32c(~0, uuidBytes),
  };
}

/** CRC-32C in the form that ext uses: it starts with `seed` and is not inverted at the end. */
export function rawCrc32c(seed: number, bytes: Uint8Array): number {
  return ~crc32c(bytes, ~seed) >>> 0;
}

function checkFeatures(features: number): void {
  if ((features & incompat.recover) !== 0) {
    throw badExt('unsupported-feature', 'The journal of the ext file system was not replayed', {
      hint: 'Mount the disk once on Linux and unmount it, or take it from a system that was shut down.',
    });
  }
  const unknown = features & ~readable;
  if (unknown === 0) return;
  const bit = Math.clz32(unknown & -unknown) ^ 31;
  throw badExt('unsupported-feature', `The ext file system has the incompatible feature ${bit}`, {
    value: bit,
    hint: 'Read the disk with a system that knows this feature.',
  });
}

function nameOf(compat: number, features: number, readOnly: number): Superblock['id'] {
  if ((features & ~older) !== 0 || (readOnly & ~olderReadOnly) !== 0) return 'ext4';
  return (compat & hasJournal) === 0 ? 'ext2' : 'ext3';
}

function isSparseCopy(group: number): boolean {
  if (group <= 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}
