import { crc32c } from '../../../../formats/shared/crc32c.ts';
import type { ChangedDisk } from '../changed-disk.ts';
import { alignDown, type VolumeSeal } from './volume-seal.ts';

/** Magics at the start of blocks, with the place of their checksum. */
const kinds: readonly (readonly [magic: string, sumAt: number])[] = [
  ['BMA3', 64],
  ['XDB3', 4],
  ['XDD3', 4],
  ['XSLM', 12],
];

/** Superblock, inodes, and blocks of trees, directories and links; version 4 has no checksums. */
export function xfsSeal(disk: ChangedDisk, start: number): VolumeSeal | undefined {
  const superblock = disk.read(start, 512);
  if ((superblock.readUInt16BE(100) & 15) !== 5) return undefined;
  const sectorBytes = superblock.readUInt16BE(102);
  const inodeBytes = superblock.readUInt16BE(104);
  const blockBytes = superblock.readUInt32BE(4);
  const directoryBytes = blockBytes << (superblock[192] ?? 0);
  return (changed, position) => {
    if (position < start + sectorBytes) seal(changed, start, sectorBytes, 224);
    const inode = alignDown(position, inodeBytes, start);
    if (changed.read(inode, 2).toString('latin1') === 'IN') seal(changed, inode, inodeBytes, 100);
    for (const size of [blockBytes, directoryBytes]) {
      const at = alignDown(position, size, start);
      const magic = changed.read(at, 4).toString('latin1');
      const kind = kinds.find(([one]) => one === magic);
      if (kind !== undefined)
        seal(changed, at, magic.startsWith('XD') ? directoryBytes : size, kind[1]);
    }
  };
}

function seal(disk: ChangedDisk, at: number, length: number, sumAt: number): void {
  disk.edit(at, length, (bytes) => {
    bytes.writeUInt32LE(0, sumAt);
    bytes.writeUInt32LE(crc32c(bytes), sumAt);
  });
}
