import { vdi } from '../../../formats/vdi.ts';
import { buildVdiImage, type VdiImageOptions } from '../../../src/testing/vdi-image.ts';
import { content } from '../qcow2/disk.ts';
import { qemuImgAgrees } from '../qemu-img.ts';

const MiB = 1024 * 1024;
const virtualSize = 24 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 2 * MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];

const layouts: [string, Partial<VdiImageOptions>][] = [
  ['dynamic', {}],
  ['static', { variant: 'static' }],
  ['discarded', { zeros: 'discarded' }],
  ['aligned, from the end', { alignBytes: MiB, order: (list) => list.toReversed() }],
];

qemuImgAgrees({
  disk: vdi,
  format: 'vdi',
  virtualSize,
  extents,
  made: [
    ['-o', 'static=off'],
    ['-o', 'static=on'],
  ],
  layouts,
  build: buildVdiImage,
  canCheck: true,
});
