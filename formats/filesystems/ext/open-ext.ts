import type { ByteSource, FileSystem, FileSystemContext } from '../../../src/kit.ts';
import { openedFileSystem } from '../shared/inode-tree.ts';
import { VolumeReader } from '../shared/volume-reader.ts';
import { badExt } from './bad.ts';
import { readInode, rootInode } from './inode.ts';
import { ExtNode, walkFor } from './node.ts';
import { parseSuperblock, superblockAt, superblockBytes } from './superblock.ts';

/** Opens an ext2, ext3 or ext4 file system. */
export async function openExt(
  source: ByteSource,
  { signal }: FileSystemContext,
): Promise<FileSystem> {
  const bytes = await source.read(superblockAt, superblockBytes);
  if (bytes.length < superblockBytes) throw badExt('truncated', 'The ext superblock is cut');
  const volumeBytes = source.sizeBytes ?? 0;
  const layout = parseSuperblock(Buffer.from(bytes), volumeBytes);
  const sizeBytes = layout.blocks * layout.blockBytes;
  const volume = new VolumeReader(source, { format: 'ext', sizeBytes, signal });
  const tree = { volume, layout };
  const root = new ExtNode(tree, await readInode(walkFor(tree), layout, rootInode));
  return openedFileSystem(badExt, layout, root);
}
