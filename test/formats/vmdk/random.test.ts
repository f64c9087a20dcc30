import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import { DecodeError } from '../../../src/kit.ts';
import {
  buildVmdkImage,
  type VmdkImage,
  type VmdkImageOptions,
} from '../../../src/testing/vmdk-image.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';

const MiB = 1024 * 1024;
const limits = { virtualBytes: 64 * MiB, tableBytes: 256 * 1024 };

/** Any layout of a disk of up to 4 MiB. */
const anyImage: fc.Arbitrary<VmdkImageOptions> = fc
  .record({
    sectors: fc.integer({ min: 1, max: (4 * MiB) / 512 }),
    variant: fc.constantFrom<('monolithicSparse' | 'streamOptimized')[]>(
      'monolithicSparse',
      'streamOptimized',
    ),
    tables: fc.constantFrom<('first' | 'spread' | 'last')[]>('first', 'spread', 'last'),
    redundant: fc.boolean(),
    grainBits: fc.integer({ min: 4, max: 12 }),
    tableEntries: fc.integer({ min: 1, max: 512 }),
    zeros: fc.constantFrom<('unallocated' | 'flagged')[]>('unallocated', 'flagged'),
    end: fc.constantFrom<('padding' | 'marker' | 'none')[]>('padding', 'marker', 'none'),
    stride: fc.integer({ min: 1, max: 9973 }),
    extents: anyExtents,
  })
  .map(({ sectors, grainBits, stride, extents, ...options }) => {
    const virtualSize = sectors * 512;
    return {
      ...options,
      virtualSize,
      grainSectors: 2 ** grainBits,
      order: (grains) =>
        grains.toSorted((a, b) => ((a * stride) % 9973) - ((b * stride) % 9973) || a - b),
      extents: placeExtents(extents, virtualSize),
    };
  });

test('any layout reads back equal, whole or arriving in pieces, onto a new or a used disk', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (options, steps, used) => {
        const { bytes } = buildVmdkImage(options);
        const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown: used });
        const sink = new PageSink(used ? 0xee : undefined);
        const done = decodeInto(vmdk, source, sink, decodeContext({ limits }));
        await arrive(source, bytes.length, steps);
        await done;
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 100 },
  );
});

/** Decodes damaged bytes: success or a typed refusal, and no more output than the disk has room for. */
async function survive(bytes: Uint8Array): Promise<'decoded' | 'refused'> {
  const sink = new PageSink();
  try {
    await decodeInto(vmdk, bytes, sink, decodeContext({ limits }));
    return 'decoded';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return 'refused';
  } finally {
    expect(sink.writtenBytes).toBeLessThanOrEqual(limits.virtualBytes);
  }
}

/** Where damage matters most: header, descriptor, directory, first table, first marker, footer; or anywhere. */
function places({ bytes, ...image }: VmdkImage): [start: number, length: number][] {
  const [grain = 0] = image.grainOffsets.values();
  return [
    [0, 79],
    [512, 400],
    [image.directoryOffset, 16],
    [image.tableOffsets.find((offset) => offset !== 0) ?? 0, 64],
    [grain, 24],
    [image.footerOffset ?? 0, 79],
    [0, bytes.length],
  ];
}

test('changed bytes never do more harm than a refusal', async () => {
  const seen = { decoded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(6)), {
        minLength: 1,
        maxLength: 4,
      }),
      async (options, flips) => {
        const image = buildVmdkImage(options);
        for (const [at, bits, where] of flips) {
          const [start, length] = places(image)[where] ?? [0, 79];
          const index = start + (at % length);
          image.bytes[index] = (image.bytes[index] ?? 0) ^ bits;
        }
        seen[await survive(image.bytes)] += 1;
      },
    ),
    { numRuns: 250 },
  );
  expect(seen.refused).toBeGreaterThan(30);
  expect(seen.decoded).toBeGreaterThan(10);
});

test('a stream with one changed byte gives the same disk or a refusal', async () => {
  const seen = { same: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 255 }),
      async (options, part, bits) => {
        const image = buildVmdkImage({ ...options, variant: 'streamOptimized' });
        const index = Math.floor(image.bytes.length * part);
        image.bytes[index] = (image.bytes[index] ?? 0) ^ bits;
        const sink = new PageSink();
        try {
          await decodeInto(vmdk, image.bytes, sink, decodeContext({ limits }));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          seen.refused += 1;
          return;
        }
        seen.same += 1;
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 150 },
  );
  expect(seen.same).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
});

test('a file cut anywhere gives the whole disk or a refusal, never zeros', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (options, part) => {
        const { bytes } = buildVmdkImage(options);
        const cut = bytes.slice(0, Math.floor(bytes.length * part));
        const sink = new PageSink();
        try {
          await decodeInto(vmdk, cut, sink, decodeContext({ limits }));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect(['truncated', 'empty']).toContain((error as DecodeError).details.reason);
          return;
        }
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 100 },
  );
});
