import {
  type ByteSource,
  type FileSystem,
  type FileSystemContext,
  walkPath,
} from '../../../src/kit.ts';
import { openedFileSystem } from '../shared/inode-tree.ts';
import { VolumeReader } from '../shared/volume-reader.ts';
import { badBtrfs } from './bad.ts';
import { ChunkMap } from './chunk-map.ts';
import { BtrfsNode } from './node.ts';
import { defaultSubvolume, openSubvolume, topLevel } from './subvolume.ts';
import { btrfsSuperblockAt, btrfsSuperblockBytes, parseBtrfsSuperblock } from './superblock.ts';
import { itemsFrom, type Trees } from './tree.ts';

const chunkItem = 228;
const chunkObject = 256n;

/** Opens a btrfs file system; its root is that of the default subvolume. */
export async function openBtrfs(
  source: ByteSource,
  { signal }: FileSystemContext,
): Promise<FileSystem> {
  const bytes = Buffer.from(await source.read(btrfsSuperblockAt, btrfsSuperblockBytes));
  if (bytes.length < btrfsSuperblockBytes)
    throw badBtrfs('truncated', 'The btrfs superblock is cut');
  const layout = parseBtrfsSuperblock(bytes, source.sizeBytes ?? 0);
  const volume = new VolumeReader(source, { format: 'btrfs', sizeBytes: layout.sizeBytes, signal });
  const trees: Trees = { volume, layout, chunks: new ChunkMap(layout), nodes: new Map() };
  await readChunks(trees);
  const root = await rootOf(trees, await defaultSubvolume(trees));
  return {
    ...openedFileSystem(badBtrfs, { id: 'btrfs', ...layout }, root),
    subvolume: async (path) => {
      return await walkPath({ root: await rootOf(trees, topLevel) }, path);
    },
    subvolumeById: async (id) => await rootOf(trees, id === 0 ? topLevel : BigInt(id)),
  };
}

/** The chunks in the superblock lead to the tree of chunks, which lists all chunks. */
async function readChunks(trees: Trees): Promise<void> {
  const { layout, chunks, volume } = trees;
  const walk = volume.walk(10_000);
  const from = { object: chunkObject, type: chunkItem, offset: 0n };
  for await (const { key, data } of itemsFrom(trees, layout.chunks, from, walk)) {
    if (key.object === chunkObject && key.type === chunkItem) chunks.add(key.offset, data);
  }
  chunks.settle();
}

async function rootOf(trees: Trees, id: bigint): Promise<BtrfsNode> {
  const subvolume = await openSubvolume(trees, id);
  const root = await BtrfsNode.open(trees, subvolume, subvolume.directory);
  if (root.kind === 'directory') return root;
  throw badBtrfs('corrupt-table', `The root of the btrfs subvolume ${id} is not a directory`);
}
