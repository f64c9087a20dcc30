import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vdi } from '../../../formats/vdi.ts';
import { DecodeError } from '../../../src/kit.ts';
import { buildVdiImage, type VdiImageOptions } from '../../../src/testing/vdi-image.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';

const MiB = 1024 * 1024;
const limits = { virtualBytes: 16 * MiB, tableBytes: MiB };

/** Any layout of a disk of up to 4 MiB. */
const anyImage: fc.Arbitrary<VdiImageOptions> = fc
  .record({
    sectors: fc.integer({ min: 1, max: (4 * MiB) / 512 }),
    variant: fc.constantFrom<('static' | 'dynamic')[]>('static', 'dynamic', 'dynamic'),
    blockBits: fc.integer({ min: 9, max: 22 }),
    zeros: fc.constantFrom<('unallocated' | 'discarded')[]>('unallocated', 'discarded'),
    alignBytes: fc.constantFrom(512, 4096, MiB),
    stride: fc.integer({ min: 1, max: 9973 }),
    extents: anyExtents,
  })
  .map(({ sectors, blockBits, stride, extents, ...options }) => {
    const virtualSize = sectors * 512;
    return {
      ...options,
      virtualSize,
      blockBytes: 2 ** blockBits,
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
      async (options, steps, used) => {
        const { bytes } = buildVdiImage(options);
        const start = steps === 0 ? 'whole' : { readyBytes: 0, sizeKnown: used };
        const source = new SteppedSource(bytes, start);
        const sink = new PageSink(used ? 0xee : undefined);
        const done = decodeInto(vdi, source, sink, decodeContext({ limits }));
        await arrive(source, bytes.length, steps);
        await done;
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
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(3)), {
        minLength: 1,
        maxLength: 3,
      }),
      async (options, flips) => {
        const { bytes, mapOffset } = buildVdiImage(options);
        const places = [
          [0x40, 0x10],
          [0x154, 0x74],
          [mapOffset, 64],
          [0, bytes.length],
        ] as const;
        for (const [at, bits, where] of flips) {
          const [start, length] = places[where] ?? [0x40, 0x10];
          const index = start + (at % length);
          bytes[index] = (bytes[index] ?? 0) ^ bits;
        }
        const sink = new PageSink();
        try {
          await decodeInto(vdi, bytes, sink, decodeContext({ limits }));
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
  expect(seen.refused).toBeGreaterThan(50);
  expect(seen.decoded).toBeGreaterThan(10);
});

test('a file cut anywhere gives the whole disk or a refusal, never zeros', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (options, part) => {
        const { bytes } = buildVdiImage(options);
        const cut = bytes.slice(0, Math.floor(bytes.length * part));
        const sink = new PageSink();
        try {
          await decodeInto(vdi, cut, sink, decodeContext({ limits }));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect(['truncated', 'empty']).toContain((error as DecodeError).details.reason);
          return;
        }
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 150 },
  );
});
