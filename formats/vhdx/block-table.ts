import { type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { BlockList, blockListEntryBytes } from '../shared/blocks/block-list.ts';
import type { DiskParameters } from './disk-parameters.ts';
import { type FileRange, refuseVhdx, regionUnit } from './file-range.ts';
import type { ReplayedSource } from './replayed-source.ts';

const entryBytes = 8;
const pieceBytes = 1024 * 1024;
const sectorsPerBitmap = 2 ** 23;
/** Of a place in the file: the block list stores it in 32 bits, in MiB. */
const maxPlace = 2 ** 32;

const present = 6;
/** Not present, undefined, zero, unmapped, and unmapped as written before the format was final. */
const zeroStates = [0, 1, 2, 3, 5];

/** The block allocation table: its place and its shape. */
export interface BlockTable {
  region: FileRange;
  entries: number;
  /** Number of blocks between two entries for sector bitmaps. */
  chunkBlocks: number;
}

/** Computes the shape of the table (MS-VHDX 2.5) and refuses one that is too large or does not fit its region. */
export function planBlockTable(
  { virtualSize, blockBytes, sectorBytes }: DiskParameters,
  region: FileRange,
  limits: Limits,
): BlockTable {
  const chunkBlocks = (sectorsPerBitmap * sectorBytes) / blockBytes;
  const blocks = Math.ceil(virtualSize / blockBytes);
  const bitmaps = blocks === 0 ? 0 : Math.floor((blocks - 1) / chunkBlocks);
  const entries = blocks + bitmaps;
  const limit = Math.min(limits.mapEntries, Math.floor(limits.tableBytes / entryBytes));
  if (entries > limit) throw tooMany(entries, limit);
  if (entries * entryBytes > region.end - region.start) {
    const details = { offset: region.start, value: entries };
    throw refuseVhdx(
      'corrupt-table',
      'the block allocation table is too small for the disk',
      details,
    );
  }
  return { region, entries, chunkBlocks };
}

/**
 * The blocks that are in the file, in the order of the file; they must not overlap `ranges`, which have the same order.
 * Entries for sector bitmaps mean nothing without a parent, and older versions of qemu write any value into them.
 */
export async function readBlocks(
  file: ReplayedSource,
  { region, entries, chunkBlocks }: BlockTable,
  { virtualSize, blockBytes }: DiskParameters,
  ranges: readonly FileRange[],
  limits: Limits,
): Promise<BlockList> {
  const list = new BlockList();
  const maxBlocks = Math.floor(limits.tableBytes / blockListEntryBytes);
  const tableEnd = region.start + entries * entryBytes;
  for (let position = region.start; position < tableEnd; position += pieceBytes) {
    const length = Math.min(pieceBytes, tableEnd - position);
    const view = viewOf(await file.readTable(position, length, 'the block allocation table'));
    for (let at = 0; at < length; at += entryBytes) {
      const entry = (position + at - region.start) / entryBytes;
      if (entry % (chunkBlocks + 1) === chunkBlocks) continue;
      const low = view.getUint32(at, true);
      const state = low & 7;
      if (zeroStates.includes(state)) continue;
      if (state !== present) throw badState(state, position + at);
      // 44 bits, which a number holds exactly.
      const place = view.getUint32(at + 4, true) * 2 ** 12 + (low >>> 20);
      const block = entry - Math.floor(entry / (chunkBlocks + 1));
      checkPlace(place, block, position + at);
      list.add(place, block);
    }
    if (list.count > maxBlocks) throw tooMany(list.count, maxBlocks);
  }
  list.sort();
  checkOverlaps(list, blockBytes, ranges);
  return list;

  /** Only the part of the last block that is on the disk must exist: a fixed disk may end with it. */
  function checkPlace(place: number, block: number, offset: number): void {
    const start = place * regionUnit;
    const end = start + Math.min(blockBytes, virtualSize - block * blockBytes);
    if (place === 0) throw refuseVhdx('corrupt-table', 'a block lies in the header', { offset });
    if (place >= maxPlace) {
      const details = { offset, value: start };
      throw refuseVhdx('truncated', 'a block lies past the end of any file', details);
    }
    file.checkInside(start, end, `block ${block} of the disk`);
  }
}

function checkOverlaps(list: BlockList, blockBytes: number, ranges: readonly FileRange[]): void {
  let range = 0;
  let previousEnd = 0;
  for (let i = 0; i < list.count; i += 1) {
    const start = list.placeAt(i) * regionUnit;
    const end = start + blockBytes;
    const details = { offset: start, value: list.blockAt(i) };
    if (start < previousEnd) {
      throw refuseVhdx(
        'corrupt-table',
        'two blocks of the disk share a place in the file',
        details,
      );
    }
    previousEnd = end;
    while ((ranges[range]?.end ?? end) <= start) range += 1;
    if ((ranges[range]?.start ?? end) < end) {
      throw refuseVhdx(
        'corrupt-table',
        'a block of the disk overlaps a region or the log',
        details,
      );
    }
  }
}

function badState(state: number, offset: number): Error {
  const what = state === 7 ? 'is partly present, but the disk has no parent' : 'has no known state';
  return refuseVhdx('corrupt-table', `a block of the disk ${what}`, { offset, value: state });
}

function tooMany(value: number, limit: number): Error {
  return refuseVhdx('limit', 'the disk has more blocks than are allowed', {
    value,
    limit,
    hint: `${raiseLimit('mapEntries', value)} ${raiseLimit('tableBytes', value * blockListEntryBytes)}`,
  });
}
