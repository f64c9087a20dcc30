import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError } from '../../../src/kit.ts';
import {
  buildVhdxImage,
  type VhdxImageOptions,
  type VhdxPart,
} from '../../../src/testing/vhdx-image.ts';
import { sealVhdx } from '../../../src/testing/vhdx-structures.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { decodeVhdx, KiB, MiB } from './disk.ts';

const limits = { virtualBytes: 64 * MiB, tableBytes: 64 * KiB };
const parts: VhdxPart[] = ['log', 'metadata', 'bat', 'blocks'];

/** Some sectors of the file, a share of `density`, that lie in the log. */
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
      order: (blocks) => blocks.toSorted((a, b) => ((a * stride) % 97) - ((b * stride) % 97)),
      absent: (block) => (block % 2 === 0 ? state : 0),
      ...(log !== undefined && {
        dirty: { ...log, holds: (offset: number) => hash(offset) % 1000 < log.density },
      }),
      extents: placeExtents(extents, virtualSize),
    };
  });

test('any layout reads back equal, whole or arriving in pieces, onto a new or a used disk', async () => {
  const seen = { replayed: 0, plain: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (options, steps, used) => {
        const { bytes } = buildVhdxImage(options);
        const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown: used });
        const sink = new PageSink(used ? 0xee : undefined);
        const done = decodeVhdx(source, sink, decodeContext({ limits }));
        await arrive(source, bytes.length, steps);
        await done;
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
        seen[options.dirty === undefined ? 'plain' : 'replayed'] += 1;
      },
    ),
    { numRuns: 100 },
  );
  expect(Math.min(seen.replayed, seen.plain)).toBeGreaterThan(20);
});

/** Remembers the longest read, which is what a decoder may have had to hold. */
class WatchedSource extends SteppedSource {
  longestRead = 0;

  override async read(position: number, length: number): Promise<Uint8Array> {
    this.longestRead = Math.max(this.longestRead, length);
    return super.read(position, length);
  }
}

/** Decodes damaged bytes: success or a typed refusal, and neither more output nor longer reads than allowed. */
async function survive(bytes: Uint8Array): Promise<'decoded' | 'refused'> {
  const sink = new PageSink();
  const source = new WatchedSource(bytes, 'whole');
  try {
    await decodeVhdx(source, sink, decodeContext({ limits }));
    return 'decoded';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    expect(error.details.format).toBe('vhdx');
    return 'refused';
  } finally {
    expect(sink.writtenBytes).toBeLessThanOrEqual(limits.virtualBytes);
    expect(source.longestRead).toBeLessThanOrEqual(64 * MiB);
  }
}

test('changed bytes never do more harm than a refusal', async () => {
  const seen = { decoded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(9)), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.boolean(),
      async (options, flips, reseal) => {
        const image = buildVhdxImage(options);
        const { bytes, logOffset, metadataOffset, batOffset } = image;
        // Most of the damage goes where it matters; the rest anywhere.
        const logStart = logOffset + (options.dirty?.start ?? 0);
        const places = [
          [128 * KiB + 8, 76],
          [128 * KiB + 48, 32],
          [192 * KiB + 8, 72],
          [metadataOffset, 32 * 6],
          [metadataOffset + 64 * KiB, 40],
          [batOffset, 64],
          [logStart, 200],
          [logStart + 4 * KiB, 8],
          [logOffset, MiB],
          [0, bytes.length],
        ] as const;
        for (const [at, bits, where] of flips) {
          const [start, length] = places[where] ?? [0, 1];
          const index = start + (at % length);
          bytes[index] = (bytes[index] ?? 0) ^ bits;
        }
        if (reseal) sealAgain(bytes, logStart);
        seen[await survive(bytes)] += 1;
      },
    ),
    { numRuns: 300 },
  );
  expect(seen.refused).toBeGreaterThan(60);
  expect(seen.decoded).toBeGreaterThan(30);
});

/** Makes checksums right again, so that damage gets past them: of headers, region tables and the first log entry. */
function sealAgain(bytes: Uint8Array, logStart: number): void {
  sealVhdx(bytes.subarray(64 * KiB, 68 * KiB));
  sealVhdx(bytes.subarray(128 * KiB, 132 * KiB));
  sealVhdx(bytes.subarray(192 * KiB, 256 * KiB));
  bytes.copyWithin(256 * KiB, 192 * KiB, 256 * KiB);
  const entryBytes = new DataView(bytes.buffer).getUint32(logStart + 8, true);
  sealVhdx(bytes.subarray(logStart, logStart + Math.max(8, Math.min(entryBytes, MiB))));
}

test('a file cut anywhere gives the whole disk or a refusal, never zeros', async () => {
  const seen = { decoded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.oneof(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: -3 * MiB, max: -1 }),
      ),
      fc.boolean(),
      async (options, place, sizeKnown) => {
        const { bytes } = buildVhdxImage(options);
        // A share of the file, or bytes from its end: an idle log or half of the last block may lie there.
        const cut = bytes.slice(0, place < 0 ? place : Math.floor(bytes.length * place));
        const source = new SteppedSource(cut, { readyBytes: 0, sizeKnown });
        const sink = new PageSink();
        const done = decodeVhdx(source, sink, decodeContext({ limits }));
        source.grow(cut.length);
        try {
          await done;
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect(['truncated', 'empty']).toContain((error as DecodeError).details.reason);
          seen.refused += 1;
          return;
        }
        seen.decoded += 1;
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 150 },
  );
  expect(Math.min(seen.refused, seen.decoded)).toBeGreaterThan(5);
});
