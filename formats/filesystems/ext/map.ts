import { addRun, type Runs } from '../shared/runs.ts';
import type { Walk } from '../shared/volume-reader.ts';
import { badExt } from './bad.ts';
import type { Superblock } from './superblock.ts';

const extentMagic = 0xf30a;
const deepest = 5;
const longestExtent = 32_768;
const mostExtents = 1_000_000;

/** The input of a walk through a map: the layout, a counting reader, and the number of blocks in the file. */
export interface MapWalk {
  walk: Walk;
  layout: Superblock;
  wantedBlocks: number;
}

/** Runs of a file from its extent tree; the root node is in the inode, every other node is a whole block. */
export async function readExtents(at: MapWalk, node: Buffer): Promise<Runs> {
  const runs: number[] = [];
  await addExtents(at, node, undefined, { runs, next: 0 });
  return runs;
}

interface Found {
  runs: number[];
  /** First block of the file that the next extent may cover. */
  next: number;
}

async function addExtents(
  at: MapWalk,
  node: Buffer,
  wantedDepth: number | undefined,
  found: Found,
): Promise<void> {
  const { layout, walk, wantedBlocks } = at;
  const [entries, room, depth] = [node.readUInt16LE(2), node.readUInt16LE(4), node.readUInt16LE(6)];
  const fits = entries <= room && 12 + 12 * room <= node.length;
  if (node.readUInt16LE(0) !== extentMagic || !fits || depth > deepest) throw badTree();
  if (wantedDepth !== undefined && depth !== wantedDepth) throw badTree();
  if (depth > 0 && entries === 0) throw badTree();
  for (let slot = 12; slot < 12 + 12 * entries; slot += 12) {
    const first = node.readUInt32LE(slot);
    if (first < found.next) throw badTree();
    // Blocks mapped after the end of the file are only preallocated.
    if (first >= wantedBlocks) return;
    if (depth > 0) {
      const child = node.readUInt32LE(slot + 4) + node.readUInt16LE(slot + 8) * 2 ** 32;
      if (!isBlock(layout, child, 1)) throw badTree();
      const below = await walk.read(child * layout.blockBytes, layout.blockBytes);
      await addExtents(at, below, depth - 1, found);
      continue;
    }
    const stored = node.readUInt16LE(slot + 4);
    const isWritten = stored <= longestExtent;
    const length = isWritten ? stored : stored - longestExtent;
    const start = node.readUInt16LE(slot + 6) * 2 ** 32 + node.readUInt32LE(slot + 8);
    if (length === 0 || !isBlock(layout, start, length)) throw badTree();
    found.next = first + length;
    if (isWritten) addBlocks(layout, found.runs, first, length, start);
  }
}

/** Runs of a file by its block map: twelve blocks, then one, two and three levels of pointers. */
export async function readPointers(at: MapWalk, map: Buffer): Promise<Runs> {
  const { layout } = at;
  const perBlock = layout.blockBytes / 4;
  const runs: number[] = [];
  const seen = new Set<number>();
  let first = 0;
  for (let slot = 0; slot < 15 && first < at.wantedBlocks; slot += 1) {
    const levels = Math.max(0, slot - 11);
    await addPointer(at, { runs, seen }, map.readUInt32LE(slot * 4), levels, first);
    first += perBlock ** levels;
  }
  return runs;
}

async function addPointer(
  at: MapWalk,
  found: { runs: number[]; seen: Set<number> },
  block: number,
  levels: number,
  first: number,
): Promise<void> {
  const { layout, walk, wantedBlocks } = at;
  // A hole, whatever number of blocks it covers.
  if (block === 0 || first >= wantedBlocks) return;
  if (!isBlock(layout, block, 1))
    throw badExt('corrupt-table', 'An ext block pointer leaves the file system');
  if (levels === 0) {
    addBlocks(layout, found.runs, first, 1, block);
    return;
  }
  if (found.seen.has(block))
    throw badExt('corrupt-table', 'An ext block of pointers is used twice');
  found.seen.add(block);
  const pointers = await walk.read(block * layout.blockBytes, layout.blockBytes);
  const each = (layout.blockBytes / 4) ** (levels - 1);
  for (let slot = 0; slot < pointers.length / 4; slot += 1) {
    const place = first + slot * each;
    if (place >= wantedBlocks) return;
    await addPointer(at, found, pointers.readUInt32LE(slot * 4), levels - 1, place);
  }
}

function addBlocks(
  { blockBytes }: Superblock,
  runs: number[],
  first: number,
  blocks: number,
  start: number,
): void {
  addRun(runs, first * blockBytes, blocks * blockBytes, start * blockBytes);
  if (runs.length <= 3 * mostExtents) return;
  throw badExt('limit', `An ext file has more than ${mostExtents} extents`, { limit: mostExtents });
}

function isBlock({ blocks, firstDataBlock }: Superblock, start: number, count: number): boolean {
  return start > firstDataBlock && start + count <= blocks;
}

function badTree(): Error {
  return badExt('corrupt-table', 'The extent tree of an ext file contradicts itself');
}
