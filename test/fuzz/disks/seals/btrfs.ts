import { btrfsChecksums } from '../../../../formats/filesystems/btrfs/checksum.ts';
import type { ChangedDisk } from '../changed-disk.ts';
import { alignDown, type VolumeSeal } from './volume-seal.ts';

const superblockAt = 65_536;

/** The superblock, and tree blocks, which are recognised by the UUID in them. */
export function btrfsSeal(disk: ChangedDisk, start: number): VolumeSeal {
  const superblock = disk.read(start + superblockAt, 4096);
  const nodeBytes = superblock.readUInt32LE(148);
  const uuid = superblock.subarray(32, 48);
  const checksum = btrfsChecksums[superblock.readUInt16LE(196)];
  return (changed, position) => {
    const isSuper = position >= start + superblockAt && position < start + superblockAt + 4096;
    const at = isSuper ? start + superblockAt : alignDown(position, nodeBytes, start);
    changed.edit(at, isSuper ? 4096 : nodeBytes, (bytes) => {
      const isNode = bytes.length === nodeBytes && bytes.subarray(32, 48).equals(uuid);
      if (isSuper || isNode) checksum?.sum(bytes.subarray(32)).copy(bytes, 0);
    });
  };
}
