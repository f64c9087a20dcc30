import { hasMagic } from '../../../src/kit.ts';

type Magic = readonly [name: string, at: number, magic: string | readonly number[]];

/**
 * Magics at the start of a volume, where a new file system always overwrites older data (filesystems.md, section 1.4).
 */
const first: readonly Magic[] = [
  ['LUKS', 0, 'LUKS\xba\xbe'],
  ['squashfs', 0, 'hsqs'],
  ['dm-verity', 0, 'verity\0\0'],
  ['mdraid', 0, [0xfc, 0x4e, 0x2b, 0xa9, 1, 0, 0, 0]],
  ['mdraid', 4096, [0xfc, 0x4e, 0x2b, 0xa9, 1, 0, 0, 0]],
  ['NTFS', 3, 'NTFS    '],
  ['BitLocker', 3, '-FVE-FS-'],
  ['exFAT', 3, 'EXFAT   '],
  ['ReFS', 3, 'ReFS\0\0\0\0'],
];

/** Magics at later places, which a newer file system may not have overwritten. */
const later: readonly Magic[] = [
  ['erofs', 1024, [0xe2, 0xe1, 0xf5, 0xe0]],
  ['f2fs', 1024, [0x10, 0x20, 0xf5, 0xf2]],
  ['HFS+', 1024, 'H+\0\x04'],
  ['HFS+', 1024, 'HX\0\x05'],
  ['APFS', 32, 'NXSB'],
  [
    'bcachefs',
    4120,
    [
      0xc6, 0x85, 0x73, 0xf6, 0x66, 0xce, 0x90, 0xa9, 0xd9, 0x6a, 0x60, 0xcf, 0x80, 0x3d, 0xf7,
      0xef,
    ],
  ],
  ['swap', 4086, 'SWAPSPACE2'],
  ['swap', 65_526, 'SWAPSPACE2'],
  ['JFS', 32_768, 'JFS1'],
  ['ReiserFS', 65_588, 'ReIsEr'],
  ['UFS2', 65_536 + 1372, [0x19, 0x01, 0x54, 0x19]],
  ['UFS1', 8192 + 1372, [0x54, 0x19, 0x01, 0x00]],
  ['ISO 9660', 32_769, 'CD001'],
];

/** Magics of the supported file systems: if one is present, it was made after the other content. */
const readable: readonly Magic[] = [
  ['XFS', 0, 'XFSB'],
  ['ext', 1080, [0x53, 0xef]],
  ['btrfs', 65_600, '_BHRfS_M'],
];

const uberblocks = { from: 131_072, to: 262_144, step: 1024 };

/** The name of a volume's content; `undefined` if it is none of these. */
export function nameContent(head: Uint8Array): string | undefined {
  const isThere = ([, at, magic]: Magic): boolean => hasMagic(head, magic, at);
  const found = first.find(isThere);
  if (found !== undefined) return found[0];
  if (readable.some(isThere)) return undefined;
  return later.find(isThere)?.[0] ?? (isZfs(head) ? 'ZFS' : undefined);
}

/** The ring of uberblocks in the first label, in either byte order. */
function isZfs(head: Uint8Array): boolean {
  for (let at = uberblocks.from; at < uberblocks.to; at += uberblocks.step) {
    if (hasMagic(head, [0x0c, 0xb1, 0xba, 0, 0, 0, 0, 0], at)) return true;
    if (hasMagic(head, [0, 0, 0, 0, 0, 0xba, 0xb1, 0x0c], at)) return true;
  }
  return false;
}
