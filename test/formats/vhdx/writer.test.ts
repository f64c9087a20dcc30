import { describe, expect, test } from 'vitest';
import { layOut } from '../../../formats/vhdx/layout.ts';
import { vhdx, vhdxWriter } from '../../../formats/vhdx.ts';
import { writerProperties } from '../writing/writer-properties.ts';

const MiB = 1024 * 1024;
const TiB = 1024 * 1024 * MiB;

describe('a dynamic VHDX', () => {
  writerProperties({
    writer: vhdxWriter,
    reader: vhdx,
    roundBytes: 512,
    qemuFormat: 'vhdx',
    canCheck: true,
    maxBytes: 64 * TiB,
    overheadBytes: 64 * 1024,
  });

  test.each([
    [1, MiB, 1],
    [2 * TiB, MiB, 17],
    [2 * TiB + 512, 2 * MiB, 9],
    [64 * TiB, 32 * MiB, 17],
  ])('a disk of %i bytes has blocks of %i bytes and a table of %i MiB', (size, block, table) => {
    const { blockBytes, bat, dataOffset } = layOut(size);
    expect([blockBytes, bat.length / MiB]).toEqual([block, table]);
    expect(dataOffset).toBe((3 + table) * MiB);
  });
});
