import { hasMagic } from '../../../src/kit.ts';

/** Disk images and compressions that are refused where they are cut; a raw disk is not. */
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

/** Whether bytes that begin like this say themselves how many there have to be. */
export function saysWhereItEnds(head: Uint8Array): boolean {
  return magics.some((magic) => hasMagic(head, magic));
}
