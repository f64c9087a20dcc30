import type { VolumeReader, Walk } from '../shared/volume-reader.ts';
import { badBtrfs } from './bad.ts';
import type { ChunkMap } from './chunk-map.ts';
import type { BtrfsSuperblock, TreeRoot } from './superblock.ts';

const headerBytes = 101;
const pointerBytes = 33;
const itemBytes = 25;
const keyBytes = 17;
/** At most 4 MiB of blocks are kept. */
const mostRemembered = 64;

/** The three numbers that sort the items. */
export interface Key {
  object: bigint;
  type: number;
  offset: bigint;
}

export interface Item {
  key: Key;
  data: Buffer;
}

/** Data that all trees of one file system share. */
export interface Trees {
  volume: VolumeReader;
  layout: BtrfsSuperblock;
  chunks: ChunkMap;
  /** The last few blocks that were read and checked. */
  nodes: Map<bigint, TreeNode>;
}

/** One checked block of a tree. */
interface TreeNode {
  bytes: Buffer;
  level: number;
  items: number;
}

/** The items of a tree in order, starting with the first one whose key is not lower than `from`. */
export async function* itemsFrom(
  trees: Trees,
  root: TreeRoot,
  from: Key,
  walk: Walk,
): AsyncGenerator<Item> {
  const above: { node: TreeNode; slot: number }[] = [];
  let node = await readNode(trees, root, walk);
  while (node.level > 0) {
    const slot = Math.max(0, firstAfter(node, from) - 1);
    above.push({ node, slot });
    node = await readChild(trees, node, slot, walk);
  }
  const first = firstAfter(node, from);
  let slot = first > 0 && compareTreeKeys(keyAt(node, first - 1), from) === 0 ? first - 1 : first;
  for (;;) {
    for (; slot < node.items; slot += 1) yield itemAt(node, slot);
    let next: { node: TreeNode; slot: number } | undefined;
    do next = above.pop();
    while (next !== undefined && next.slot + 1 >= next.node.items);
    if (next === undefined) return;
    above.push({ node: next.node, slot: next.slot + 1 });
    const last = keyAt(node, node.items - 1);
    node = await readChild(trees, next.node, next.slot + 1, walk);
    while (node.level > 0) {
      above.push({ node, slot: 0 });
      node = await readChild(trees, node, 0, walk);
    }
    // Without this check, a tree that points to the same valid leaf many times would take almost forever.
    if (compareTreeKeys(last, keyAt(node, 0)) >= 0) throw badTree('leaves that do not ascend');
    slot = 0;
  }
}

/** Reads a key at a position in other data. */
export function readKey(bytes: Buffer, at: number): Key {
  return {
    object: bytes.readBigUInt64LE(at),
    type: bytes[at + 8] ?? 0,
    offset: bytes.readBigUInt64LE(at + 9),
  };
}

function compareTreeKeys(left: Key, right: Key): number {
  if (left.object !== right.object) return left.object < right.object ? -1 : 1;
  if (left.type !== right.type) return left.type - right.type;
  return left.offset === right.offset ? 0 : left.offset < right.offset ? -1 : 1;
}

/** Reads a child block; only a root may be empty. */
async function readChild(
  trees: Trees,
  parent: TreeNode,
  slot: number,
  walk: Walk,
): Promise<TreeNode> {
  const child = await readNode(trees, childOf(parent, slot), walk);
  if (child.items === 0) throw badTree('an empty block');
  return child;
}

/** Reads one block of a tree. Most walks begin with the same few blocks, so these are cached. */
async function readNode(trees: Trees, wanted: TreeRoot, walk: Walk): Promise<TreeNode> {
  const known = trees.nodes.get(wanted.logical);
  if (known === undefined) {
    const node = checkNode(trees.layout, await readBlock(trees, wanted, walk), wanted);
    const [oldest] = trees.nodes.keys();
    if (trees.nodes.size >= mostRemembered && oldest !== undefined) trees.nodes.delete(oldest);
    trees.nodes.set(wanted.logical, node);
    return node;
  }
  walk.count();
  const isOwn = known.bytes.readBigUInt64LE(80) === wanted.generation;
  if (!isOwn || known.level !== wanted.level) throw badTree('a block that belongs elsewhere');
  return known;
}

/** Reads the first copy whose checksum is correct. */
async function readBlock(trees: Trees, { logical }: TreeRoot, walk: Walk): Promise<Buffer> {
  const { layout, chunks } = trees;
  const { checksum } = layout;
  for (const place of chunks.placesOf(logical, layout.nodeBytes)) {
    const bytes = await walk.read(place, layout.nodeBytes);
    if (checksum.sum(bytes.subarray(32)).equals(bytes.subarray(0, checksum.bytes))) return bytes;
  }
  throw badBtrfs('checksum', `The checksum of the btrfs block ${logical} is wrong`);
}

function checkNode(layout: BtrfsSuperblock, bytes: Buffer, wanted: TreeRoot): TreeNode {
  const items = bytes.readUInt32LE(96);
  const level = bytes[100] ?? 0;
  const isOwn =
    bytes.readBigUInt64LE(48) === wanted.logical &&
    bytes.subarray(32, 48).equals(layout.treeUuid) &&
    bytes.readBigUInt64LE(80) === wanted.generation;
  if (!isOwn || level !== wanted.level) throw badTree('a block that belongs elsewhere');
  const each = level > 0 ? pointerBytes : itemBytes;
  if (items > Math.floor((bytes.length - headerBytes) / each) || (items === 0 && level > 0)) {
    throw badTree(`a block with ${items} items`);
  }
  const node = { bytes, level, items };
  for (let slot = 0; level === 0 && slot < items; slot += 1) itemAt(node, slot);
  for (let slot = 1; slot < items; slot += 1) {
    if (compareTreeKeys(keyAt(node, slot - 1), keyAt(node, slot)) >= 0)
      throw badTree('keys that do not ascend');
  }
  return node;
}

/** Index of the first entry whose key is greater than `key`. */
function firstAfter(node: TreeNode, key: Key): number {
  let low = 0;
  let high = node.items;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareTreeKeys(keyAt(node, middle), key) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function keyAt({ bytes, level }: TreeNode, slot: number): Key {
  return readKey(bytes, headerBytes + slot * (level > 0 ? pointerBytes : itemBytes));
}

function childOf({ bytes, level }: TreeNode, slot: number): TreeRoot {
  const at = headerBytes + slot * pointerBytes + keyBytes;
  return {
    logical: bytes.readBigUInt64LE(at),
    level: level - 1,
    generation: bytes.readBigUInt64LE(at + 8),
  };
}

function itemAt(node: TreeNode, slot: number): Item {
  const at = headerBytes + slot * itemBytes;
  const start = headerBytes + node.bytes.readUInt32LE(at + keyBytes);
  const end = start + node.bytes.readUInt32LE(at + keyBytes + 4);
  if (start < headerBytes + node.items * itemBytes || end > node.bytes.length) {
    throw badTree('an item that lies outside of its block');
  }
  return { key: readKey(node.bytes, at), data: node.bytes.subarray(start, end) };
}

function badTree(what: string): Error {
  return badBtrfs('corrupt-table', `A tree of the btrfs file system has ${what}`);
}
