import type { Walk } from '../shared/volume-reader.ts';
import { badXfs } from './bad.ts';
import { checkXfsSum } from './checksum.ts';
import { byteOfInode } from './places.ts';
import type { XfsSuperblock } from './superblock.ts';

const realtime = 0x1;
const bigExtentCounts = 0x10n;
const checksumAt = 100;

/** The storage formats of the data fork. */
export const forkFormats = { local: 1, extents: 2, tree: 3 };

/** One inode with a verified checksum. */
export interface XfsInode {
  number: bigint;
  mode: number;
  sizeBytes: number;
  format: number;
  extents: number;
  /** The data fork: content, extents or the root of their tree. */
  fork: Buffer;
}

/** Reads one inode by its number. */
export async function readXfsInode(
  walk: Walk,
  layout: XfsSuperblock,
  number: bigint,
): Promise<XfsInode> {
  const bytes = await walk.read(byteOfInode(layout, number), layout.inodeBytes);
  const version = bytes[4] ?? 0;
  const mode = bytes.readUInt16BE(2);
  const isFine =
    bytes.toString('latin1', 0, 2) === 'IN' &&
    version === (layout.hasChecksums ? 3 : Math.min(version, 2));
  if (!isFine || mode === 0) {
    throw badXfs('corrupt-table', `A name leads to the XFS inode ${number}, which is not in use`);
  }
  if (layout.hasChecksums) {
    checkXfsSum(bytes, checksumAt, `inode ${number}`);
    if (bytes.readBigUInt64BE(152) !== number) {
      throw badXfs('corrupt-table', `The XFS inode ${number} has another number`);
    }
  }
  if ((bytes.readUInt16BE(90) & realtime) !== 0) {
    throw badXfs('unsupported-feature', `The XFS inode ${number} lies on a real-time device`);
  }
  const sizeBytes = bytes.readBigUInt64BE(56);
  if (sizeBytes > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw badXfs('corrupt-table', `The XFS inode ${number} claims ${sizeBytes} bytes`);
  }
  const start = version === 3 ? 176 : 100;
  const attributes = (bytes[82] ?? 0) * 8;
  const end = attributes === 0 ? bytes.length : start + attributes;
  if (end > bytes.length)
    throw badXfs('corrupt-table', `The XFS inode ${number} has no room for its fork`);
  const hasBigCounts = version === 3 && (bytes.readBigUInt64BE(120) & bigExtentCounts) !== 0n;
  return {
    number,
    mode,
    sizeBytes: Number(sizeBytes),
    format: bytes[5] ?? 0,
    extents: hasBigCounts ? Number(bytes.readBigUInt64BE(24)) : bytes.readUInt32BE(76),
    fork: bytes.subarray(start, end),
  };
}
