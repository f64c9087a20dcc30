import fc from 'fast-check';
import { vdi } from '../../../formats/vdi.ts';
import { buildVdiImage, type VdiImageOptions } from '../../../src/testing/vdi-image.ts';
import { anyExtents, byStride, placeExtents } from '../any-extents.ts';
import { diskFormatProperties } from '../disk-format-properties.ts';

const MiB = 1024 * 1024;

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
      order: byStride(stride),
      extents: placeExtents(extents, virtualSize),
    };
  });

diskFormatProperties({
  format: vdi,
  anyImage,
  build: buildVdiImage,
  limits: { virtualBytes: 16 * MiB, tableBytes: MiB },
  damage: {
    most: 3,
    places: ({ mapOffset }) => [
      [0x40, 0x10],
      [0x154, 0x74],
      [mapOffset, 64],
    ],
    mostWritten: ({ bytes }) => bytes.length,
    refused: 50,
    decoded: 10,
  },
  cut: { whole: 'possible' },
});
