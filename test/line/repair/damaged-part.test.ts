import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SparseFile } from '../../../src/bytes/sparse-file.ts';
import { countBlocks, damagedPart, undamaged } from '../../../src/line/repair/damaged-part.ts';
import { tempDir } from '../../cache/temp-dir.ts';

const MiB = 1024 ** 2;

test('from a completely decoded disk, only damaged blocks are written', async () => {
  const handle = await open(join(await tempDir(), 'disk'), 'wx+');
  const written: [position: number, length: number][] = [];
  const file = {
    write: (bytes: Uint8Array, offset: number, length: number, position: number) => {
      written.push([position, length]);
      return handle.write(bytes, offset, length, position);
    },
  };
  const disk = randomBytes(6 * MiB);
  const damage = [
    [MiB, 2 * MiB],
    [5 * MiB, MiB],
  ] as const;
  const sink = new SparseFile(damagedPart(file as typeof handle, damage), { maxBytes: 8 * MiB });
  await sink.setSize(disk.length);
  // Pieces that do not end at block boundaries.
  for (let at = 0; at < disk.length; at += 700_000) {
    await sink.write(at, disk.subarray(at, at + 700_000));
  }
  expect(written.reduce((sum, [, length]) => sum + length, 0)).toBe(3 * MiB);
  for (const [offset, length] of damage) {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, offset);
    expect(bytes.equals(disk.subarray(offset, offset + length))).toBe(true);
  }
  const between = Buffer.alloc(2 * MiB);
  await handle.read(between, 0, between.length, 3 * MiB);
  expect(between.equals(Buffer.alloc(2 * MiB))).toBe(true);
  await handle.close();
  expect(countBlocks(damage)).toBe(3);
});

test.each([
  [[[0, 10]], [[0, 10]], []],
  [
    [[0, 10]],
    [[2, 3]],
    [
      [0, 2],
      [5, 5],
    ],
  ],
  [
    [
      [0, 10],
      [20, 10],
    ],
    [[5, 20]],
    [
      [0, 5],
      [25, 5],
    ],
  ],
  [
    [
      [0, 10],
      [20, 10],
    ],
    [[10, 10]],
    [
      [0, 10],
      [20, 10],
    ],
  ],
  [
    [[0, 100]],
    [
      [0, 10],
      [20, 10],
      [90, 50],
    ],
    [
      [10, 10],
      [30, 60],
    ],
  ],
  [[], [[0, 10]], []],
] as [[number, number][], [number, number][], [number, number][]][])(
  '%j without %j is %j',
  (extents, damage, left) => {
    expect(undamaged(extents, damage)).toEqual(left);
  },
);
