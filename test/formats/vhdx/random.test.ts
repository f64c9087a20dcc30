import fc from 'fast-check';
import { vhdx } from '../../../formats/vhdx.ts';
import { defined } from '../../../src/kit.ts';
import {
  buildVhdxImage,
  type VhdxImageOptions,
  type VhdxPart,
} from '../../../src/testing/vhdx-image.ts';
import { sealVhdx } from '../../../src/testing/vhdx-structures.ts';
import { anyExtents, byStride, placeExtents } from '../any-extents.ts';
import { diskFormatProperties } from '../disk-format-properties.ts';
import { KiB, MiB } from './disk.ts';

const limits = { virtualBytes: 64 * MiB, tableBytes: 64 * KiB };
const parts: VhdxPart[] = ['log', 'metadata', 'bat', 'blocks'];

/** Some sectors of the file, a fraction of `density`, that are in the log. */
const anyLog = fc.record({
  seed: fc.nat(9999),
  density: fc.constantFrom(0, 1, 20),
  start: fc.nat(255).map((sector) => sector * 4 * KiB),
  perEntry: fc.integer({ min: 5, max: 300 }),
  outdated: fc.boolean(),
  sequence: fc.bigInt({ min: 1n, max: (1n << 64n) - 1000n }),
});

/** Any layout of a disk of up to 5 MiB, some extents on it, perhaps with a log to replay. */
const anyImage: fc.Arbitrary<VhdxImageOptions> = fc
  .record({
    blockBytes: fc.constantFrom(MiB, 2 * MiB, 4 * MiB),
    sectorBytes: fc.constantFrom<(512 | 4096)[]>(512, 4096),
    sectors: fc.integer({ min: 1, max: (5 * MiB) / 4096 }),
    fixed: fc.boolean(),
    layout: fc.shuffledSubarray(parts, { minLength: 4 }),
    state: fc.constantFrom<(0 | 1 | 2 | 3 | 5)[]>(0, 1, 2, 3, 5),
    stride: fc.integer({ min: 1, max: 96 }),
    log: fc.option(anyLog, { nil: undefined, freq: 2 }),
    extents: anyExtents,
  })
  .map(({ sectors, stride, state, log, extents, ...options }) => {
    const virtualSize = sectors * options.sectorBytes;
    const hash = (offset: number): number => (offset / 4096) * 2_654_435_761 + (log?.seed ?? 0);
    return {
      ...options,
      virtualSize,
      order: byStride(stride, 97),
      absent: (block) => (block % 2 === 0 ? state : 0),
      ...defined({
        dirty: log && {
          ...log,
          holds: (offset: number) => hash(offset) % 1000 < log.density,
        },
      }),
      extents: placeExtents(extents, virtualSize),
    };
  });

/** Corrects the checksums of headers, region tables and the first log entry. */
function sealAgain(bytes: Uint8Array, logStart: number): void {
  sealVhdx(bytes.subarray(64 * KiB, 68 * KiB));
  sealVhdx(bytes.subarray(128 * KiB, 132 * KiB));
  sealVhdx(bytes.subarray(192 * KiB, 256 * KiB));
  bytes.copyWithin(256 * KiB, 192 * KiB, 256 * KiB);
  const entryBytes = new DataView(bytes.buffer).getUint32(logStart + 8, true);
  sealVhdx(bytes.subarray(logStart, logStart + Math.max(8, Math.min(entryBytes, MiB))));
}

const logStart = (logOffset: number, { dirty }: VhdxImageOptions): number =>
  logOffset + (dirty?.start ?? 0);

diskFormatProperties({
  format: vhdx,
  anyImage,
  build: buildVhdxImage,
  limits,
  runs: 100,
  kinds: {
    names: ['plain', 'replayed'],
    of: ({ dirty }) => (dirty === undefined ? 'plain' : 'replayed'),
  },
  damage: {
    most: 4,
    places: ({ logOffset, metadataOffset, batOffset }, options) => [
      [128 * KiB + 8, 76],
      [128 * KiB + 48, 32],
      [192 * KiB + 8, 72],
      [metadataOffset, 32 * 6],
      [metadataOffset + 64 * KiB, 40],
      [batOffset, 64],
      [logStart(logOffset, options), 200],
      [logStart(logOffset, options) + 4 * KiB, 8],
      [logOffset, MiB],
    ],
    reseal: ({ bytes, logOffset }, options) => sealAgain(bytes, logStart(logOffset, options)),
    mostWritten: () => limits.virtualBytes,
    refused: 60,
    decoded: 30,
  },
  // Near the end of the file there may be an idle log, or half of the last block.
  cut: { runs: 200, nearEnd: 3 * MiB, whole: 'often' },
});
