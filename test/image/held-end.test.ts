import { expect, test } from 'vitest';
import { HeldEnd, heldEndBytes } from '../../src/image/held-end.ts';
import { sha256 } from '../fixtures/line.ts';
import { GrowingSink } from '../formats/shared/copying.ts';

const bytes = Uint8Array.from({ length: 40_000 }, (_, i) => (i * 31) % 251);

/** The parts of a disk between these places, in any order. */
const cuts = [0, 1, 511, 512, 4096, 4097, 9000, 20_000, 39_400, 39_999, 40_000];
const parts = cuts.slice(1).map((end, i) => [cuts[i] ?? 0, end] as const);
const orders: [string, (typeof parts)[number][]][] = [
  ['in order', parts],
  ['from the end', parts.toReversed()],
  ['out of order', parts.toSorted(([a], [b]) => ((a * 7919) % 101) - ((b * 7919) % 101))],
];

test.each(orders)(
  'bytes written %s arrive, and the last ones when the disk ends',
  async (_, order) => {
    const sink = new GrowingSink();
    const held = new HeldEnd(sink);
    for (const [start, end] of order) {
      // The memory of a Buffer is reused, as in a codec.
      const piece = Buffer.from(bytes.subarray(start, end));
      await held.write(start, piece);
      piece.fill(0xee);
    }
    expect(held.sizeBytes).toBe(bytes.length);
    expect(held.end(heldEndBytes)).toEqual(bytes.slice(-heldEndBytes));
    await held.finish();
    expect(sink.sizeBytes).toBe(bytes.length);
    expect(`sha256:${sink.sha256()}`).toBe(sha256(bytes));
  },
);

test('a removed end is never written', async () => {
  for (const spare of [1, 511, 512]) {
    const sink = new GrowingSink();
    const reached: number[] = [];
    sink.onWrite = (position, length) => void reached.push(position + length);
    const held = new HeldEnd(sink);
    await Promise.all(parts.map(([start, end]) => held.write(start, bytes.subarray(start, end))));
    await held.finish(bytes.length - spare);
    expect(Math.max(...reached)).toBe(bytes.length - spare);
    expect(`sha256:${sink.sha256()}`).toBe(sha256(bytes.subarray(0, -spare)));
  }
});

test('zeros are written over older data', async () => {
  const sink = new GrowingSink(0xff);
  const held = new HeldEnd(sink);
  await held.zero(0, 100_000);
  await held.write(100_000, bytes.subarray(0, 100));
  await held.zero(100_100, 300);
  await held.setSize(100_400);
  expect(held.end(heldEndBytes).subarray(112, 212)).toEqual(bytes.slice(0, 100));
  await held.finish();
  const want = new Uint8Array(100_400);
  want.set(bytes.subarray(0, 100), 100_000);
  expect(`sha256:${sink.sha256()}`).toBe(sha256(want));
});

test('a disk that is shorter than the held end', async () => {
  const sink = new GrowingSink();
  const held = new HeldEnd(sink);
  await held.write(0, bytes.subarray(0, 10));
  expect(held.end(heldEndBytes)).toEqual(bytes.slice(0, 10));
  await held.finish();
  expect(sink.sizeBytes).toBe(10);
});
