import fc from 'fast-check';
import { vhd } from '../../../formats/vhd.ts';
import { buildVhdImage, type VhdImageOptions } from '../../../src/testing/vhd-image.ts';
import { anyExtents, byStride, placeExtents } from '../any-extents.ts';
import { diskFormatProperties } from '../disk-format-properties.ts';
import { LateSink } from '../late-sink.ts';

const MiB = 1024 * 1024;
const room = 16 * MiB;

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
      order: byStride(stride),
      extents: placeExtents(extents, virtualSize),
    };
  });

diskFormatProperties({
  format: vhd,
  anyImage,
  build: buildVhdImage,
  limits: { virtualBytes: room, tableBytes: MiB },
  makeSink: (junk) => new LateSink(room, junk),
  damage: {
    most: 3,
    places: ({ headerOffset, tableOffset, footerOffset }) => [
      [0, 96],
      [headerOffset, 1024],
      [tableOffset, 64],
      [footerOffset, 96],
    ],
    mostWritten: ({ bytes }) => bytes.length,
    refused: 100,
    decoded: 10,
  },
  // A footer without its last byte is that of an old file.
  cut: {
    anyImage: anyImage.map((options) => ({ ...options, oldFooter: false })),
    least: 2,
    whole: 'never',
  },
});
