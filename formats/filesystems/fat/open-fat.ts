import type { ByteSource, FileSystem, FileSystemContext } from '../../../src/kit.ts';
import { openedFileSystem } from '../shared/inode-tree.ts';
import { VolumeReader } from '../shared/volume-reader.ts';
import { badFat } from './bad.ts';
import { parseBootSector } from './boot-sector.ts';
import { FatNode, rootEntry } from './node.ts';

/** Opens a FAT12, FAT16 or FAT32 volume. */
export async function openFatVolume(
  source: ByteSource,
  { signal }: FileSystemContext,
): Promise<FileSystem> {
  const bytes = Buffer.from(await source.read(0, 512));
  if (bytes.length < 512) throw badFat('truncated', 'The FAT boot sector is cut');
  const layout = parseBootSector(bytes, source.sizeBytes ?? 0);
  const { sizeBytes } = layout;
  const volume = new VolumeReader(source, { format: 'fat', sizeBytes, signal });
  const root = new FatNode({ volume, layout }, rootEntry, '');
  return openedFileSystem(badFat, layout, root);
}
