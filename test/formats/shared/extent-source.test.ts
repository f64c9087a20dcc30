import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExtentMap } from '../../../formats/shared/sources/extent-map.ts';
import { ExtentSource } from '../../../formats/shared/sources/extent-source.ts';
import { SteppedSource } from '../stepped-source.ts';
import { wholeSource } from './byte-sources.ts';
import { diskLikeBytes, refusalOf } from './decoding.ts';

const stored = diskLikeBytes(20_000);

/** Holes and extents in turns, and a hole at the end. */
const anyMap = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 50 })), { maxLength: 20 }),
    fc.nat(50),
  )
  .map(([steps, rest]) => {
    const size = steps.reduce((sum, [hole, length]) => sum + hole + length, rest);
    const map = new ExtentMap(size);
    const owner: (number | undefined)[] = [];
    let taken = 0;
    for (const [hole, length] of steps) {
      for (let i = 0; i < hole; i += 1) owner.push(undefined);
      map.add(owner.length, length);
      for (let i = 0; i < length; i += 1) owner.push(taken + i);
      taken += length;
    }
    while (owner.length < size) owner.push(undefined);
    return { map, owner };
  });

test('as much of the file is ready as its stored bytes allow', async () => {
  await fc.assert(
    fc.asyncProperty(anyMap, fc.nat(1100), async ({ map, owner }, ready) => {
      const readyBytes = Math.min(ready, map.storedBytes);
      const base = new SteppedSource(stored.subarray(0, map.storedBytes), {
        readyBytes,
        sizeKnown: true,
      });
      const source = new ExtentSource(base, map, 'tar');
      const missing = owner.findIndex((at) => at !== undefined && at >= readyBytes);
      expect(source.readyBytes).toBe(missing < 0 ? owner.length : missing);
      // Ready bytes can be read without waiting.
      const bytes = await source.read(0, source.readyBytes);
      const wanted = owner.slice(0, source.readyBytes);
      expect([...bytes]).toEqual(wanted.map((at) => (at === undefined ? 0 : stored[at])));
    }),
  );
});

test('any range equals that of the whole file', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyMap,
      fc.nat(1500),
      fc.nat(300),
      async ({ map, owner }, position, length) => {
        const source = new ExtentSource(
          wholeSource(stored.subarray(0, map.storedBytes), 33),
          map,
          'tar',
        );
        const wanted = owner.map((at) => (at === undefined ? 0 : (stored[at] ?? 0)));
        expect([...(await source.read(position, length))]).toEqual(
          wanted.slice(position, position + length),
        );
        const pieces: number[] = [];
        for await (const piece of source.stream()) pieces.push(...piece);
        expect(pieces).toEqual(wanted);
      },
    ),
  );
});

describe('a base of another length', () => {
  const drain = async (bytes: Uint8Array, pieceBytes = 65_536): Promise<void> => {
    const source = new ExtentSource(wholeSource(bytes, pieceBytes), ExtentMap.whole(1000), 'tar');
    for await (const _ of source.stream()) {
      // Only the result at the end matters.
    }
  };

  test('is refused at the end of the stream', async () => {
    await drain(stored.subarray(0, 1000));
    expect(await refusalOf(drain(stored.subarray(0, 999)))).toBe('truncated');
    expect(await refusalOf(drain(stored.subarray(0, 1001)))).toBe('corrupt-data');
    // The surplus byte comes separately.
    expect(await refusalOf(drain(stored.subarray(0, 1001), 500))).toBe('corrupt-data');
  });

  test('is refused if a read reaches its end', async () => {
    const source = new ExtentSource(
      wholeSource(stored.subarray(0, 999)),
      ExtentMap.whole(1000),
      'tar',
    );
    expect((await source.read(0, 999)).length).toBe(999);
    expect(await refusalOf(source.read(0, 1000))).toBe('truncated');
  });
});
