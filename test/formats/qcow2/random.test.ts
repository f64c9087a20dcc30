import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError } from '../../../src/kit.ts';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { SteppedSource } from '../stepped-source.ts';
import { content, decodeQcow2, digestOf } from './disk.ts';

const MiB = 1024 * 1024;
const limits = { virtualBytes: 64 * MiB, tableBytes: 64 * 1024 };

/** Any layout of a disk of up to 6 MiB, some extents on it, some of them zeros, some equal. */
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
    extents: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 1, max: 200_000 }),
        kind: fc.constantFrom<('text' | 'noise' | 'zeros')[]>('text', 'noise', 'zeros'),
        seed: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 6 },
    ),
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
      order: (clusters) =>
        clusters.toSorted((a, b) => ((a * stride) % 9973) - ((b * stride) % 9973) || a - b),
      extents: extents.map(({ at, length, kind, seed }) => {
        const position = Math.floor(at * (virtualSize - 1));
        const cut = Math.min(length, virtualSize - position);
        return {
          position,
          bytes: kind === 'zeros' ? new Uint8Array(cut) : content(kind, seed, cut),
        };
      }),
    };
  });

test('any layout reads back equal, whole or arriving in pieces, onto a new or a used disk', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (options, steps, used) => {
        const { bytes } = buildQcow2Image(options);
        const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown: used });
        const sink = new PageSink(used ? 0xee : undefined);
        const done = decodeQcow2(source, sink, decodeContext({ limits }));
        for (let step = 1; step <= steps; step += 1) {
          source.grow(Math.ceil((bytes.length * step) / steps));
          await new Promise(setImmediate);
        }
        await done;
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      },
    ),
    { numRuns: 150 },
  );
});

/** Decodes damaged bytes: success or a typed refusal, and no more output than the disk has room for. */
async function survive(bytes: Uint8Array): Promise<'decoded' | 'refused'> {
  const sink = new PageSink();
  try {
    await decodeQcow2(bytes, sink, decodeContext({ limits }));
    return 'decoded';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return 'refused';
  } finally {
    expect(sink.writtenBytes).toBeLessThanOrEqual(limits.virtualBytes);
  }
}

test('changed bytes never do more harm than a refusal', async () => {
  const seen = { decoded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(3)), {
        minLength: 1,
        maxLength: 4,
      }),
      async (options, flips) => {
        const image = buildQcow2Image(options);
        const { bytes, l1Offset, l2Offsets } = image;
        // Most of the damage goes where it matters: header, L1 table, first L2 table; the rest anywhere.
        const tables = l2Offsets.filter((offset) => offset !== 0);
        const places = [
          [0, 112],
          [l1Offset, l2Offsets.length * 8],
          [tables[0] ?? 0, 64],
          [0, bytes.length],
        ] as const;
        for (const [at, bits, where] of flips) {
          const [start, length] = places[where] ?? [0, 112];
          const index = start + (at % length);
          bytes[index] = (bytes[index] ?? 0) ^ bits;
        }
        seen[await survive(bytes)] += 1;
      },
    ),
    { numRuns: 300 },
  );
  expect(seen.refused).toBeGreaterThan(30);
  expect(seen.decoded).toBeGreaterThan(10);
});

test('a file cut anywhere gives the whole disk or a refusal, never zeros', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyImage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (options, part) => {
        const { bytes } = buildQcow2Image(options);
        const cut = bytes.slice(0, Math.floor(bytes.length * part));
        const sink = new PageSink();
        try {
          await decodeQcow2(cut, sink, decodeContext({ limits }));
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
