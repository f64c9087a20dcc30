import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vhd } from '../../../formats/vhd.ts';
import { DecodeError } from '../../../src/kit.ts';
import { buildVhdImage, type VhdImageOptions } from '../../../src/testing/vhd-image.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeInto } from '../decode-disk.ts';
import { LateSink } from '../late-sink.ts';
import { digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';

const MiB = 1024 * 1024;
const room = 16 * MiB;
const limits = { virtualBytes: room, tableBytes: MiB };

/** Any layout of a disk of up to 4 MiB. */
const anyImage: fc.Arbitrary<VhdImageOptions> = fc
  .record({
    sectors: fc.integer({ min: 1, max: (4 * MiB) / 512 }),
    variant: fc.constantFrom<('fixed' | 'dynamic')[]>('fixed', 'dynamic', 'dynamic'),
    blockBits: fc.integer({ min: 9, max: 22 }),
    table: fc.constantFrom<('first' | 'last')[]>('first', 'last'),
    gapBytes: fc.constantFrom(0, 0, 512, 20_480),
    oldFooter: fc.boolean(),
    stride: fc.integer({ min: 1, max: 9973 }),
    extents: anyExtents,
  })
  .map(({ sectors, blockBits, stride, extents, ...options }) => {
    const virtualSize = sectors * 512;
    return {
      ...options,
      virtualSize,
      blockBytes: 2 ** blockBits,
      // Small blocks with wide gaps would be mostly gaps.
      gapBytes: blockBits < 12 ? Math.min(options.gapBytes, 512) : options.gapBytes,
      order: (blocks) =>
        blocks.toSorted((a, b) => ((a * stride) % 9973) - ((b * stride) % 9973) || a - b),
      extents: placeExtents(extents, virtualSize),
    };
  });

test('any layout reads back equal, whole or arriving in pieces, onto a new or a used disk', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.integer({ min: 0, max: 7 }),
      fc.boolean(),
      fc.boolean(),
      async (options, steps, used, sizeKnown) => {
        const { bytes } = buildVhdImage(options);
        const start = steps === 0 ? 'whole' : { readyBytes: 0, sizeKnown };
        const source = new SteppedSource(bytes, start);
        const sink = new LateSink(room, used ? 0xee : 0);
        const done = decodeInto(vhd, source, sink, decodeContext({ limits }));
        await arrive(source, bytes.length, steps);
        await done;
        expect(sink.sizeBytes).toBe(options.virtualSize);
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 150 },
  );
});

test('changed bytes never do more harm than a refusal', async () => {
  const seen = { decoded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(4)), {
        minLength: 1,
        maxLength: 3,
      }),
      async (options, flips) => {
        const { bytes, headerOffset, tableOffset, footerOffset } = buildVhdImage(options);
        const places = [
          [0, 96],
          [headerOffset, 1024],
          [tableOffset, 64],
          [footerOffset, 96],
          [0, bytes.length],
        ] as const;
        for (const [at, bits, where] of flips) {
          const [start, length] = places[where] ?? [0, 96];
          const index = start + (at % length);
          bytes[index] = (bytes[index] ?? 0) ^ bits;
        }
        const sink = new LateSink(room);
        try {
          await decodeInto(vhd, bytes, sink, decodeContext({ limits }));
          seen.decoded += 1;
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          seen.refused += 1;
        }
        expect(sink.writtenBytes).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 300 },
  );
  expect(seen.refused).toBeGreaterThan(100);
  expect(seen.decoded).toBeGreaterThan(10);
});

test('a file cut anywhere is refused, never made up with zeros', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.boolean(),
      async (options, part, sizeKnown) => {
        const { bytes } = buildVhdImage({ ...options, oldFooter: false });
        // A footer that lacks its last byte is that of an old file.
        const cut = bytes.slice(0, Math.floor((bytes.length - 1) * part));
        const source = new SteppedSource(cut, { readyBytes: 0, sizeKnown });
        const done = decodeInto(vhd, source, new LateSink(room), decodeContext({ limits }));
        const failure = done.catch((error: unknown) => error);
        await arrive(source, cut.length, 2);
        expect(await failure).toBeInstanceOf(DecodeError);
        expect(['truncated', 'empty']).toContain(((await failure) as DecodeError).details.reason);
      },
    ),
    { numRuns: 150 },
  );
});
