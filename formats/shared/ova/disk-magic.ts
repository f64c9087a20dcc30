import { hasMagic } from '../../../src/kit.ts';

/**
 * Disk images and compressions that state their length; their readers refuse a cut file. A raw disk does not state its
 * length.
 */
const magics: readonly (string | number[])[] = [
  'KDMV',
  'QFI\xfb',
  'conectix',
  'vhdxfile',
  '<<< ',
  [0x1f, 0x8b],
  'BZh',
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
  [0x28, 0xb5, 0x2f, 0xfd],
];

/** Whether a file with this start states its own length. */
export function saysWhereItEnds(head: Uint8Array): boolean {
  return magics.some((magic) => hasMagic(head, magic));
}
