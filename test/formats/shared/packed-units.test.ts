import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type PackedUnit, packedUnits } from '../../../formats/shared/writing/packed-units.ts';
import { createTaskPool } from '../../../src/kit/task-pool.ts';
import type { WriteContext } from '../../../src/kit.ts';

const MiB = 1024 * 1024;
const context: WriteContext = {
  options: {},
  signal: new AbortController().signal,
  log: () => {},
  tasks: createTaskPool(2),
};

test('the memory of a batch is freed when the next one is requested', async () => {
  const bytes = randomBytes(5 * MiB);
  const disk = {
    virtualSize: bytes.length,
    extents: [[0, bytes.length] as const],
    read: async (position: number, length: number) => bytes.subarray(position, position + length),
  };
  const work = {
    ...{ call: 'deflateRawSync' as const, options: { level: 1 } },
    ...{ unitBytes: 65536, isPadded: true, keepsLong: true, wantsCrcs: false },
  };
  const batches: PackedUnit[][] = [];
  for await (const units of packedUnits(disk, work, context)) {
    expect(units.map(({ bytes }) => bytes.length)).toEqual(units.map(() => 65536));
    for (const { index, bytes: unit } of units) {
      expect(Buffer.compare(unit, bytes.subarray(index * 65536, (index + 1) * 65536))).toBe(0);
    }
    batches.push(units);
  }
  expect(batches).toHaveLength(5);
  const held = batches.flat().reduce((total, { bytes }) => total + bytes.buffer.byteLength, 0);
  expect(held).toBe(0);
});
