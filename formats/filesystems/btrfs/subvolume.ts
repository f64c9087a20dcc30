import { badBtrfs } from './bad.ts';
import type { TreeRoot } from './superblock.ts';
import { itemsFrom, readKey, type Trees } from './tree.ts';

const rootItem = 132;
const directoryItem = 84;
const rootDirectory = 6n;
const topLevel = 5n;

/** A subvolume: a tree of files, and the inode of its root. */
export interface Subvolume {
  id: bigint;
  tree: TreeRoot;
  directory: bigint;
}

/** Finds a subvolume by its id, through its item in the tree of roots. */
export async function openSubvolume(trees: Trees, id: bigint): Promise<Subvolume> {
  const walk = trees.volume.walk(64);
  const from = { object: id, type: rootItem, offset: 0n };
  for await (const { key, data } of itemsFrom(trees, trees.layout.root, from, walk)) {
    if (key.object !== id || key.type !== rootItem) break;
    if (data.length < 239) throw badBtrfs('corrupt-table', `The btrfs subvolume ${id} is cut`);
    if (data.readUInt32LE(216) === 0) break;
    return {
      id,
      tree: {
        logical: data.readBigUInt64LE(176),
        level: checkLevel(data[238] ?? 0),
        generation: data.readBigUInt64LE(160),
      },
      directory: data.readBigUInt64LE(168),
    };
  }
  throw badBtrfs('corrupt-table', `The btrfs subvolume ${id} does not exist`);
}

/** The id of the subvolume that a mount shows by default. */
export async function defaultSubvolume(trees: Trees): Promise<bigint> {
  const walk = trees.volume.walk(64);
  const from = { object: rootDirectory, type: directoryItem, offset: 0n };
  for await (const { key, data } of itemsFrom(trees, trees.layout.root, from, walk)) {
    if (key.object !== rootDirectory || key.type !== directoryItem) break;
    if (data.length < 30) break;
    const name = data.toString('latin1', 30, 30 + data.readUInt16LE(27));
    const location = readKey(data, 0);
    // mkfs writes the offset -1. Linux, when it sets another default, writes the offset of the root: 0, or that of a
    // snapshot.
    if (name === 'default' && location.type === rootItem) return location.object;
  }
  return topLevel;
}

export { topLevel };

function checkLevel(level: number): number {
  if (level <= 7) return level;
  throw badBtrfs('corrupt-table', `A tree of the btrfs file system has ${level} levels`);
}
