import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import { DecodeError } from '../../../src/kit.ts';
import {
  buildVmdkImage,
  type VmdkImage,
  type VmdkImageOptions,
} from '../../../src/testing/vmdk-image.ts';
import { anyExtents, byStride, placeExtents } from '../any-extents.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeInto } from '../decode-disk.ts';
import { diskFormatProperties } from '../disk-format-properties.ts';
import { PageSink } from '../page-sink.ts';
import { digestOf } from '../qcow2/disk.ts';

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
      order: byStride(stride),
      extents: placeExtents(extents, virtualSize),
    };
  });

diskFormatProperties({
  format: vmdk,
  anyImage,
  build: buildVmdkImage,
  limits,
  runs: 100,
  damage: {
    runs: 250,
    most: 4,
    // Header, descriptor, directory, first table, first marker, footer.
    places: ({ directoryOffset, tableOffsets, grainOffsets, footerOffset }) => [
      [0, 79],
      [512, 400],
      [directoryOffset, 16],
      [tableOffsets.find((offset) => offset !== 0) ?? 0, 64],
      [[...grainOffsets.values()][0] ?? 0, 24],
      [footerOffset ?? 0, 79],
    ],
    mostWritten: () => limits.virtualBytes,
    refused: 30,
    decoded: 10,
  },
  cut: { runs: 100, whole: 'possible' },
});

/** True if the byte is in the compressed data of a grain that zlib itself accepts. */
function isValidGrain({ bytes, grainOffsets }: VmdkImage, index: number): boolean {
  const marker = 12;
  for (const offset of grainOffsets.values()) {
    const packedBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset + 8, true);
    const start = offset + marker;
    if (index < start || index >= start + packedBytes) continue;
    try {
      inflateSync(bytes.subarray(start, start + packedBytes));
      return true;
    } catch {
      return false;
    }
  }
  return false;
}

test('a stream with one changed byte gives the same disk or an error', async () => {
  const seen = { same: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (options, place, bits) => {
        const image = buildVmdkImage({ ...options, variant: 'streamOptimized' });
        const index = place % image.bytes.length;
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
        // Adler-32 cannot detect every change of data with few different bytes, and no other check covers a grain.
        if (sink.sha256() === digestOf(options.virtualSize, options.extents)) return;
        expect(isValidGrain(image, index)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
  expect(seen.same).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
});
