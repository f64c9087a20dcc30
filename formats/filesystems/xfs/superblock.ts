import { formatUuid } from '../shared/uuid.ts';
import { badXfs } from './bad.ts';
import { checkXfsSum } from './checksum.ts';

const directoriesV2 = 0x2000;
const moreFeatures = 0x8000;
const fileTypesV4 = 0x200;
const incompat = { fileTypes: 0x1, metaUuid: 0x4, needsRepair: 0x10 };
/**
 * The flags that may be set: file types, sparse inodes, UUID of metadata, big times, big extent counts, exchange of
 * ranges, parent pointers.
 */
const readable = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80;
const checksumAt = 224;

/** The values of a superblock, checked against each other. */
export interface XfsSuperblock {
  label: string;
  uuid: string;
  /** The UUID that checksummed blocks hold. */
  metaUuid: string;
  hasChecksums: boolean;
  hasFileTypes: boolean;
  blockBytes: number;
  blockLog: number;
  blocks: number;
  groupBlocks: number;
  groupBlocksLog: number;
  groups: number;
  inodeBytes: number;
  inodesPerBlockLog: number;
  directoryBytes: number;
  rootInode: bigint;
  /** Block of the log; 0 if it is on another device. */
  logStart: bigint;
  logBlocks: number;
}

/** Reads and checks a superblock; its sizes must fit in `volumeBytes`. */
export function parseXfsSuperblock(bytes: Buffer, volumeBytes: number): XfsSuperblock {
  const version = bytes.readUInt16BE(100);
  const hasChecksums = (version & 0xf) === 5;
  const features = hasChecksums ? bytes.readUInt32BE(216) : 0;
  if (!hasChecksums && (version & 0xf) !== 4) {
    throw badXfs('unsupported-variant', `The XFS file system has version ${version & 0xf}`);
  }
  const sectorBytes = bytes.readUInt16BE(102);
  if (hasChecksums && sectorBytes >= 512 && sectorBytes <= bytes.length) {
    checkXfsSum(bytes.subarray(0, sectorBytes), checksumAt, 'the superblock');
  }
  if (bytes[126] !== 0) throw badXfs('corrupt-header', 'The XFS file system was never finished');
  if ((features & incompat.needsRepair) !== 0) {
    throw badXfs('unsupported-feature', 'The XFS file system says that it needs repair', {
      hint: 'Run xfs_repair on the disk.',
    });
  }
  const unknown = features & ~readable;
  if (unknown !== 0) {
    const bit = Math.clz32(unknown & -unknown) ^ 31;
    throw badXfs('unsupported-feature', `The XFS file system has the incompatible feature ${bit}`, {
      value: bit,
      hint: 'Read the disk with a system that knows this feature.',
    });
  }
  if (!hasChecksums && (version & directoriesV2) === 0) {
    throw badXfs('unsupported-variant', 'The XFS file system has directories of version 1');
  }
  const layout = layoutOf(bytes);
  refuseImpossible(layout, bytes, volumeBytes);
  const uuid = formatUuid(bytes, 32);
  const features2 = (version & moreFeatures) === 0 ? 0 : bytes.readUInt32BE(200);
  return {
    ...layout,
    label: bytes.toString('utf8', 108, 120).split('\0', 1)[0] ?? '',
    uuid,
    metaUuid: (features & incompat.metaUuid) === 0 ? uuid : formatUuid(bytes, 248),
    hasChecksums,
    hasFileTypes: hasChecksums
      ? (features & incompat.fileTypes) !== 0
      : (features2 & fileTypesV4) !== 0,
  };
}

type Layout = Omit<XfsSuperblock, 'label' | 'uuid' | 'metaUuid' | 'hasChecksums' | 'hasFileTypes'>;

function layoutOf(bytes: Buffer): Layout {
  const blockBytes = bytes.readUInt32BE(4);
  return {
    blockBytes,
    blockLog: bytes[120] ?? 0,
    blocks: Number(bytes.readBigUInt64BE(8)),
    groupBlocks: bytes.readUInt32BE(84),
    groupBlocksLog: bytes[124] ?? 0,
    groups: bytes.readUInt32BE(88),
    inodeBytes: bytes.readUInt16BE(104),
    inodesPerBlockLog: bytes[123] ?? 0,
    directoryBytes: blockBytes * 2 ** (bytes[192] ?? 0),
    rootInode: bytes.readBigUInt64BE(56),
    logStart: bytes.readBigUInt64BE(48),
    logBlocks: bytes.readUInt32BE(96),
  };
}

function refuseImpossible(layout: Layout, bytes: Buffer, volumeBytes: number): void {
  const { blockBytes, blockLog, blocks, groupBlocks, groupBlocksLog, groups, inodeBytes } = layout;
  const isFine =
    blockBytes >= 512 &&
    blockBytes <= 65_536 &&
    blockBytes === 2 ** blockLog &&
    inodeBytes >= 256 &&
    inodeBytes <= 2048 &&
    inodeBytes === 2 ** (bytes[122] ?? 0) &&
    blockBytes / inodeBytes === 2 ** layout.inodesPerBlockLog &&
    groupBlocks > 0 &&
    groupBlocksLog <= 31 &&
    groupBlocks <= 2 ** groupBlocksLog &&
    groups > 0 &&
    (groups - 1) * groupBlocks < blocks &&
    blocks <= groups * groupBlocks &&
    blocks * blockBytes <= volumeBytes &&
    layout.directoryBytes <= 65_536;
  if (!isFine)
    throw badXfs('corrupt-header', 'The XFS superblock contradicts itself or the volume');
}
