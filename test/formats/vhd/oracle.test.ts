import { expect, test } from 'vitest';
import { vhd } from '../../../formats/vhd.ts';
import { buildVhdImage, type VhdImageOptions } from '../../../src/testing/vhd-image.ts';
import { content } from '../qcow2/disk.ts';
import { qemuImg, qemuImgAgrees } from '../qemu-img.ts';

const MiB = 1024 * 1024;
const virtualSize = 24 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 2 * MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];

const layouts: [string, Partial<VhdImageOptions>][] = [
  ['dynamic', {}],
  ['small blocks', { blockBytes: 16_384 }],
  ['table at the end, blocks from the end', { table: 'last', order: (list) => list.toReversed() }],
  ['gaps', { gapBytes: 4096 }],
  ['fixed', { variant: 'fixed' }],
];

qemuImgAgrees(
  {
    disk: vhd,
    format: 'vpc',
    virtualSize,
    extents,
    made: [
      ['-o', 'subformat=dynamic,force_size=on'],
      ['-o', 'subformat=fixed,force_size=on'],
    ],
    layouts,
    build: buildVhdImage,
  },
  ({ at, raw, ours, theirs }) => {
    test.each(['subformat=dynamic', 'subformat=fixed'])(
      'an image that it rounded to a geometry has the same content: %s',
      async (options) => {
        qemuImg('convert', '-f', 'raw', '-O', 'vpc', '-o', options, raw(), at(options));
        expect(await ours(at(options))).toBe(theirs(at(options)));
      },
    );
  },
);
