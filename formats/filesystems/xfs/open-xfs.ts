import type { ByteSource, FileSystem, FileSystemContext } from '../../../src/kit.ts';
import { openedFileSystem } from '../shared/inode-tree.ts';
import { VolumeReader } from '../shared/volume-reader.ts';
import { badXfs } from './bad.ts';
import { refuseDirtyLog } from './log.ts';
import { openInode, XfsNode } from './node.ts';
import { parseXfsSuperblock } from './superblock.ts';

const longestSector = 32_768;

/** Opens an XFS file system. */
export async function openXfs(
  source: ByteSource,
  { signal }: FileSystemContext,
): Promise<FileSystem> {
  const bytes = Buffer.from(await source.read(0, longestSector));
  if (bytes.length < 512) throw badXfs('truncated', 'The XFS superblock is cut');
  const layout = parseXfsSuperblock(bytes, source.sizeBytes ?? 0);
  const sizeBytes = layout.blocks * layout.blockBytes;
  const volume = new VolumeReader(source, { format: 'xfs', sizeBytes, signal });
  await refuseDirtyLog(volume, layout);
  const tree = { volume, layout };
  const root = new XfsNode(tree, await openInode(tree, layout.rootInode));
  return openedFileSystem(badXfs, { id: 'xfs', ...layout }, root);
}
