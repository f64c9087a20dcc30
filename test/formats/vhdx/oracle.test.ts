import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { vhdx } from '../../../formats/vhdx.ts';
import { buildVhdxImage, type VhdxImageOptions } from '../../../src/testing/vhdx-image.ts';
import { content } from '../qcow2/disk.ts';
import { qemuImg, qemuImgAgrees } from '../qemu-img.ts';
import { MiB } from './disk.ts';

const virtualSize = 24 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 2 * MiB) },
  { position: 9 * MiB, bytes: content('text', 1, MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];

const layouts: [string, Partial<VhdxImageOptions>][] = [
  ['small blocks', {}],
  ['large blocks, from the end', { blockBytes: 4 * MiB, order: (list) => list.toReversed() }],
  ['every block', { fixed: true, blockBytes: 2 * MiB }],
  ['tables at the end', { layout: ['log', 'blocks', 'metadata', 'bat'] }],
  ['absent in several ways', { absent: (block) => ([0, 1, 2, 3] as const)[block % 4] ?? 0 }],
];

const tables = (offset: number): boolean =>
  offset >= 2 * MiB && offset < 4 * MiB && offset % (64 * 1024) < 8192;
// A sequence of several entries across the end is left out: qemu 7.2 ignores the tail, and begins too late.
const logs: [string, VhdxImageOptions['dirty']][] = [
  ['block table and metadata', { holds: tables, perEntry: 10 }],
  ['an entry across the end of the log', { holds: tables, start: MiB - 8192 }],
  ['after older updates', { holds: (at) => at === 3 * MiB, outdated: true, perEntry: 1 }],
  ['data as well', { holds: (at) => at >= 4 * MiB && at % (128 * 1024) === 0 }],
];

qemuImgAgrees(
  {
    disk: vhdx,
    format: 'vhdx',
    virtualSize,
    extents,
    made: [
      ['-o', 'subformat=dynamic'],
      ['-o', 'subformat=dynamic,block_size=1M'],
      ['-o', 'subformat=dynamic,block_size=64M'],
      ['-o', 'subformat=dynamic,block_size=2M,log_size=4M'],
      ['-o', 'subformat=dynamic,block_size=1M,block_state_zero=off'],
      ['-o', 'subformat=fixed'],
      ['-o', 'subformat=fixed,block_size=16M'],
    ],
    layouts,
    build: buildVhdxImage,
  },
  ({ want, at, raw, ours, theirs }) => {
    test('an image that was not written in order keeps its data', async () => {
      const order = ['-W', '-m', '16', '-o', 'block_size=1M'];
      qemuImg('convert', '-f', 'raw', '-O', 'vhdx', ...order, raw(), at('any-order'));
      expect(await ours(at('any-order'))).toBe(want);
    });

    test.each(logs)('a log is replayed to the same disk: %s', async (name, dirty) => {
      const path = at(name);
      writeFileSync(path, buildVhdxImage({ virtualSize, extents, dirty }).bytes);
      expect(await ours(path)).toBe(want);
      // It changes the file: the sectors of the log are then at their places.
      qemuImg('check', '-q', '-r', 'all', path);
      expect(theirs(path)).toBe(want);
      expect(await ours(path)).toBe(want);
    });
  },
);
