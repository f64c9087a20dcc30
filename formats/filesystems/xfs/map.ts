import { addRun, type Runs } from '../shared/runs.ts';
import { formatUuid } from '../shared/uuid.ts';
import type { Walk } from '../shared/volume-reader.ts';
import { badXfs } from './bad.ts';
import { checkXfsSum } from './checksum.ts';
import { forkFormats, type XfsInode } from './inode.ts';
import { byteOfBlock } from './places.ts';
import type { XfsSuperblock } from './superblock.ts';

const recordBytes = 16;
const deepest = 9;
const mostExtents = 1_000_000;
const checksumAt = 64;

/** The input of a walk through a map. `endBytes` limits the requested part of the file. */
export interface XfsMapWalk {
  walk: Walk;
  layout: XfsSuperblock;
  inode: XfsInode;
  endBytes: number;
}

interface Found {
  runs: number[];
  /** First byte of the file that the next extent may cover. */
  next: number;
}

/** Runs of the first `endBytes` of a file by its extents, in the inode or in a tree. */
export async function readXfsMap(at: XfsMapWalk): Promise<Runs> {
  const { fork, extents, format } = at.inode;
  const found: Found = { runs: [], next: 0 };
  if (format === forkFormats.extents) {
    if (extents * recordBytes > fork.length) throw badMap(at, 'more extents than its inode holds');
    addExtents(at, fork.subarray(0, extents * recordBytes), found);
  } else if (format === forkFormats.tree) {
    const level = fork.readUInt16BE(0);
    if (level < 1 || level > deepest) throw badMap(at, `a tree of ${level} levels`);
    const room = Math.floor((fork.length - 4) / 16);
    await addChildren(at, fork, { level, start: 4, room, records: fork.readUInt16BE(2) }, found);
  } else {
    throw badMap(at, 'a fork that holds no extents');
  }
  return found.runs;
}

/** Keys and pointers of one level of the extent tree (`xfs_bmbt`). */
interface MapNode {
  level: number;
  /** The place of the keys. */
  start: number;
  /** The number of keys that fit; the pointers follow. */
  room: number;
  records: number;
}

async function addChildren(
  at: XfsMapWalk,
  bytes: Buffer,
  node: MapNode,
  found: Found,
): Promise<void> {
  const { level, start, room, records } = node;
  if (records < 1 || records > room) throw badMap(at, `a node with ${records} records`);
  for (let slot = 0; slot < records; slot += 1) {
    const first = Number(bytes.readBigUInt64BE(start + slot * 8)) * at.layout.blockBytes;
    if (first >= at.endBytes) return;
    const pointer = bytes.readBigUInt64BE(start + room * 8 + slot * 8);
    await addBlock(at, pointer, level - 1, found);
  }
}

async function addBlock(
  at: XfsMapWalk,
  pointer: bigint,
  level: number,
  found: Found,
): Promise<void> {
  const { layout, walk, inode } = at;
  const place = byteOfBlock(layout, pointer, 1);
  const bytes = await walk.read(place, layout.blockBytes);
  if (bytes.toString('latin1', 0, 4) !== (layout.hasChecksums ? 'BMA3' : 'BMAP')) {
    throw badMap(at, 'a block of its tree without a valid header');
  }
  if (layout.hasChecksums) {
    checkXfsSum(bytes, checksumAt, 'an extent tree');
    const isOwn =
      Number(bytes.readBigUInt64BE(24)) * 512 === place &&
      bytes.readBigUInt64BE(56) === inode.number &&
      formatUuid(bytes, 40) === layout.metaUuid;
    if (!isOwn) throw badMap(at, 'a block of another tree');
  }
  if (bytes.readUInt16BE(4) !== level) throw badMap(at, 'a tree whose levels do not fall');
  const header = layout.hasChecksums ? 72 : 24;
  const records = bytes.readUInt16BE(6);
  const room = Math.floor((bytes.length - header) / recordBytes);
  if (level > 0) {
    await addChildren(at, bytes, { level, start: header, room, records }, found);
    return;
  }
  if (records > room) throw badMap(at, `a leaf with ${records} records`);
  addExtents(at, bytes.subarray(header, header + records * recordBytes), found);
}

function addExtents(at: XfsMapWalk, records: Buffer, found: Found): void {
  const { layout } = at;
  for (let slot = 0; slot < records.length; slot += recordBytes) {
    const high = records.readBigUInt64BE(slot);
    const low = records.readBigUInt64BE(slot + 8);
    const isUnwritten = high >> 63n !== 0n;
    const position = Number((high >> 9n) & ((1n << 54n) - 1n)) * layout.blockBytes;
    const block = ((high & 511n) << 43n) | (low >> 21n);
    const count = Number(low & ((1n << 21n) - 1n));
    if (position < found.next || count === 0) throw badMap(at, 'extents that overlap');
    // Blocks after the end are only preallocated.
    if (position >= at.endBytes) return;
    const place = byteOfBlock(layout, block, count);
    found.next = position + count * layout.blockBytes;
    if (!isUnwritten) addRun(found.runs, position, count * layout.blockBytes, place);
  }
  if (found.runs.length > 3 * mostExtents) {
    throw badXfs('limit', `An XFS file has more than ${mostExtents} extents`, {
      limit: mostExtents,
    });
  }
}

function badMap({ inode }: XfsMapWalk, what: string): Error {
  return badXfs('corrupt-table', `The XFS inode ${inode.number} has ${what}`);
}
