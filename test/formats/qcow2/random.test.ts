import fc from 'fast-check';
import { qcow2 } from '../../../formats/qcow2.ts';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { anyExtents, byStride, placeExtents } from '../any-extents.ts';
import { diskFormatProperties } from '../disk-format-properties.ts';

const MiB = 1024 * 1024;
const limits = { virtualBytes: 64 * MiB, tableBytes: 64 * 1024 };

/** Any layout of a disk of up to 6 MiB, with some extents, some of them zeros, some equal. */
const anyImage: fc.Arbitrary<Qcow2ImageOptions> = fc
  .record({
    clusterBits: fc.integer({ min: 9, max: 21 }),
    sectors: fc.integer({ min: 1, max: (6 * MiB) / 512 }),
    version: fc.constantFrom<(2 | 3)[]>(2, 3),
    compression: fc.constantFrom<('none' | 'zlib' | 'zstd')[]>('none', 'zlib', 'zstd'),
    extendedL2: fc.boolean(),
    l1: fc.constantFrom<('first' | 'last')[]>('first', 'last'),
    l2: fc.constantFrom<('before' | 'after' | 'last')[]>('before', 'after', 'last'),
    zeros: fc.constantFrom<('unallocated' | 'flagged' | 'preallocated')[]>(
      'unallocated',
      'flagged',
      'preallocated',
    ),
    share: fc.boolean(),
    stride: fc.integer({ min: 1, max: 9973 }),
    extents: anyExtents,
  })
  .map(({ sectors, stride, extents, ...options }) => {
    const virtualSize = sectors * 512;
    const plain = options.version === 2;
    return {
      ...options,
      virtualSize,
      compression: plain && options.compression === 'zstd' ? 'zlib' : options.compression,
      extendedL2: !plain && options.extendedL2 && options.clusterBits >= 14,
      zeros: plain ? 'unallocated' : options.zeros,
      order: byStride(stride),
      extents: placeExtents(extents, virtualSize),
    };
  });

diskFormatProperties({
  format: qcow2,
  anyImage,
  build: buildQcow2Image,
  limits,
  damage: {
    most: 4,
    // Header, L1 table, first L2 table.
    places: ({ l1Offset, l2Offsets }) => [
      [0, 112],
      [l1Offset, l2Offsets.length * 8],
      [l2Offsets.find((offset) => offset !== 0) ?? 0, 64],
    ],
    mostWritten: () => limits.virtualBytes,
    refused: 30,
    decoded: 10,
  },
  cut: { whole: 'possible' },
});
