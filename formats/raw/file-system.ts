import { hasMagic, viewOf } from '../../src/kit.ts';

/** File systems that may fill a disk without a partition table: name, place of the magic, magic. */
const superblocks: readonly (readonly [string, number, string | readonly number[]])[] = [
  ['xfs', 0, 'XFSB'],
  ['btrfs', 65_600, '_BHRfS_M'],
  ['squashfs', 0, 'hsqs'],
  ['erofs', 1024, [0xe2, 0xe1, 0xf5, 0xe0]],
  ['ntfs', 3, 'NTFS    '],
  ['exfat', 3, 'EXFAT   '],
];

/** The name of the file system that begins with these bytes, if any. */
export function findFileSystem(head: Uint8Array): string | undefined {
  const found = superblocks.find(([, offset, magic]) => hasMagic(head, magic, offset));
  if (found) return found[0];
  if (isExt(head)) return 'ext';
  return isFat(head) ? 'fat' : undefined;
}

/** Two bytes of magic are not enough: block size and revision in the superblock must be plausible too. */
function isExt(head: Uint8Array): boolean {
  if (!hasMagic(head, [0x53, 0xef], 1080)) return false;
  const view = viewOf(head);
  return view.getUint32(1024 + 24, true) <= 6 && view.getUint32(1024 + 76, true) <= 1;
}

/** FAT has no magic of its own: a jump, a signature, and a plausible BIOS parameter block. */
function isFat(head: Uint8Array): boolean {
  if (!hasMagic(head, [0x55, 0xaa], 510)) return false;
  if (!(head[0] === 0xe9 || (head[0] === 0xeb && head[2] === 0x90))) return false;
  const view = viewOf(head);
  const sectorsPerCluster = view.getUint8(13);
  return (
    [512, 1024, 2048, 4096].includes(view.getUint16(11, true)) &&
    sectorsPerCluster > 0 &&
    (sectorsPerCluster & (sectorsPerCluster - 1)) === 0 &&
    view.getUint16(14, true) > 0 &&
    [1, 2].includes(view.getUint8(16)) &&
    view.getUint8(21) >= 0xf0
  );
}
