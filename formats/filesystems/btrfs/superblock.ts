import { formatUuid } from '../shared/uuid.ts';
import { badBtrfs } from './bad.ts';
import { type BtrfsChecksum, btrfsChecksums } from './checksum.ts';

export const btrfsSuperblockAt = 65_536;
export const btrfsSuperblockBytes = 4096;
const sumBytes = 32;
const arrayAt = 811;
const longestArray = 2048;
const metadataUuid = 0x400n;
/** The flags that may be set (filesystems.md, section 5.1); other flags change how trees or chunks are read. */
const readable = 0x1_0fffn & ~0x1000n;

/** The root block of a tree. */
export interface TreeRoot {
  logical: bigint;
  level: number;
  generation: bigint;
}

/** The values of a superblock, checked against each other. */
export interface BtrfsSuperblock {
  label: string;
  uuid: string;
  /** The UUID that every tree block holds. */
  treeUuid: Buffer;
  checksum: BtrfsChecksum;
  sizeBytes: number;
  sectorBytes: number;
  nodeBytes: number;
  device: bigint;
  root: TreeRoot;
  chunks: TreeRoot;
  /** The chunks that hold the tree of chunks. */
  systemChunks: Buffer;
}

/** Reads and checks a superblock; its sizes must fit in `volumeBytes`. */
export function parseBtrfsSuperblock(bytes: Buffer, volumeBytes: number): BtrfsSuperblock {
  const checksum = btrfsChecksums[bytes.readUInt16LE(196)];
  if (checksum === undefined) {
    throw badBtrfs(
      'unsupported-feature',
      `The btrfs file system has checksums of kind ${bytes.readUInt16LE(196)}`,
    );
  }
  const stored = bytes.subarray(0, checksum.bytes);
  if (!checksum.sum(bytes.subarray(sumBytes)).equals(stored)) {
    throw badBtrfs('checksum', 'The checksum of the btrfs superblock is wrong');
  }
  const incompat = bytes.readBigUInt64LE(188);
  const unknown = incompat & ~readable;
  if (unknown !== 0n) {
    const bit = unknown.toString(2).length - 1;
    throw badBtrfs(
      'unsupported-feature',
      `The btrfs file system has the incompatible feature ${bit}`,
      {
        value: bit,
        hint: 'Read the disk with a system that knows this feature.',
      },
    );
  }
  if (bytes.readBigUInt64LE(136) !== 1n) {
    throw badBtrfs('unsupported-feature', 'The btrfs file system lies on several devices', {
      hint: 'Use an image whose file system lies on one disk.',
    });
  }
  if (bytes.readBigUInt64LE(96) !== 0n) {
    throw badBtrfs('unsupported-feature', 'The log of the btrfs file system was not replayed', {
      hint: 'Mount the disk once on Linux and unmount it, or take it from a system that was shut down.',
    });
  }
  const sectorBytes = bytes.readUInt32LE(144);
  const nodeBytes = bytes.readUInt32LE(148);
  const arrayBytes = bytes.readUInt32LE(160);
  const sizeBytes = Number(bytes.readBigUInt64LE(112));
  const levels = [bytes[198] ?? 0, bytes[199] ?? 0];
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  const isFine =
    isPower(sectorBytes) &&
    sectorBytes >= 4096 &&
    isPower(nodeBytes) &&
    nodeBytes >= sectorBytes &&
    nodeBytes <= 65_536 &&
    arrayBytes <= longestArray &&
    sizeBytes <= volumeBytes &&
    Number(bytes.readBigUInt64LE(48)) === btrfsSuperblockAt &&
    levels.every((level) => level <= 7);
  if (!isFine)
    throw badBtrfs('corrupt-header', 'The btrfs superblock contradicts itself or the volume');
  const generation = bytes.readBigUInt64LE(72);
  const uuidAt = (incompat & metadataUuid) === 0n ? 32 : 571;
  return {
    label: bytes.toString('utf8', 299, 299 + 256).split('\0', 1)[0] ?? '',
    uuid: formatUuid(bytes, 32),
    treeUuid: bytes.subarray(uuidAt, uuidAt + 16),
    checksum,
    sizeBytes,
    sectorBytes,
    nodeBytes,
    device: bytes.readBigUInt64LE(201),
    root: { logical: bytes.readBigUInt64LE(80), level: levels[0] ?? 0, generation },
    chunks: {
      logical: bytes.readBigUInt64LE(88),
      level: levels[1] ?? 0,
      generation: bytes.readBigUInt64LE(164),
    },
    systemChunks: bytes.subarray(arrayAt, arrayAt + arrayBytes),
  };
}
