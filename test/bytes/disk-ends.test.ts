import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiskEnds } from '../../src/bytes/disk-ends.ts';
import { SparseFile } from '../../src/bytes/sparse-file.ts';

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

test('both ends are kept, if the size comes first or last, for any order of writes', async () => {
  const piece = fc.record({
    position: fc.nat(30_000),
    length: fc.integer({ min: 1, max: 9000 }),
    fill: fc.nat(255),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const whole = new Uint8Array(40_000);
      const ends = new DiskEnds(1000, 512);
      const sink = new SparseFile(ends, { maxBytes: 40_000 });
      await sink.setSize(40_000);
      for (const { position, length, fill } of pieces) {
        await sink.write(position, bytes(length, fill));
        whole.fill(fill, position, position + length);
      }
      expect(ends.ends(40_000)).toEqual({ head: whole.slice(0, 1000), tail: whole.slice(-512) });
    }),
  );
});

test('a stream without a size keeps its last bytes too, with zeros at the end', async () => {
  for (const [last, fill] of [
    [700, 3],
    [100, 3],
    [300, 0],
  ] as const) {
    const ends = new DiskEnds(1000, 512);
    const sink = new SparseFile(ends, { maxBytes: 1 << 20 });
    const whole = new Uint8Array(8192 + last);
    for (const [position, length, value] of [
      [0, 4096, 1],
      [4096, 4096, 2],
      [8192, last, fill],
    ] as const) {
      await sink.write(position, bytes(length, value));
      whole.fill(value, position, position + length);
    }
    await sink.setSize(whole.length);
    expect(ends.ends(whole.length)).toEqual({
      head: whole.slice(0, 1000),
      tail: whole.slice(-512),
    });
  }
});
