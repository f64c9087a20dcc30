import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError, type Disk, type DiskSink, type Limits } from '../../src/kit.ts';
import type { DiskExtent } from '../../src/testing/cut-blocks.ts';
import { decodeContext } from './decode-context.ts';
import { arrive, decodeInto } from './decode-disk.ts';
import { PageSink } from './page-sink.ts';
import { digestOf } from './qcow2/disk.ts';
import { SteppedSource } from './stepped-source.ts';

interface DiskLayout {
  virtualSize: number;
  extents: readonly DiskExtent[];
}

interface MemorySink extends DiskSink {
  sizeBytes: number;
  writtenBytes: number;
  sha256(): string;
}

export interface DiskFormatProperties<O extends DiskLayout, I extends { bytes: Uint8Array }> {
  format: Disk;
  anyImage: fc.Arbitrary<O>;
  build: (options: O) => I;
  limits: Partial<Limits>;
  /** An empty disk in memory, or one full of `junk`. */
  makeSink?: (junk?: number) => MemorySink;
  /** Number of images in the first property. */
  runs?: number;
  /** Groups of images; each must occur in one of them. */
  kinds?: { names: string[]; of: (options: O) => string };
  damage: {
    runs?: number;
    /** Bytes that are changed in one image. */
    most: number;
    /** Places where damage matters most. Other damage is anywhere. */
    places: (image: I, options: O) => (readonly [start: number, length: number])[];
    /** Corrects the checksums, so that they do not catch the damage; used for half of the images. */
    reseal?: (image: I, options: O) => void;
    /** Maximum number of bytes that may be written. */
    mostWritten: (image: I) => number;
    /** Minimum number of images that are refused, and of those that are decoded. */
    refused: number;
    decoded: number;
  };
  cut: {
    runs?: number;
    anyImage?: fc.Arbitrary<O>;
    /** Minimum number of missing bytes. */
    least?: number;
    /** Every second cut is this near the end. */
    nearEnd?: number;
    /** Whether the whole disk can be complete although bytes of the file are missing. */
    whole: 'never' | 'possible' | 'often';
  };
}

/** Properties of every layout of a disk format. */
export function diskFormatProperties<O extends DiskLayout, I extends { bytes: Uint8Array }>(
  properties: DiskFormatProperties<O, I>,
): void {
  const { format, anyImage, build, damage, cut, kinds, runs = 150 } = properties;
  const context = decodeContext({ limits: properties.limits });
  const { makeSink = (junk?: number) => new PageSink(junk) } = properties;

  test('any layout reads back equal, complete or arriving in pieces, onto a new or a used disk', async () => {
    const seen = new Map<string, number>();
    const how = [fc.integer({ min: 0, max: 7 }), fc.boolean(), fc.boolean()] as const;
    const property = fc.asyncProperty(anyImage, ...how, async (options, steps, used, sizeKnown) => {
      const { bytes } = build(options);
      const start = steps === 0 ? 'whole' : { readyBytes: 0, sizeKnown };
      const source = new SteppedSource(bytes, start);
      const sink = makeSink(used ? 0xee : undefined);
      const done = decodeInto(format, source, sink, context);
      await arrive(source, bytes.length, steps);
      await done;
      expect(sink.sizeBytes).toBe(options.virtualSize);
      expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
      const kind = kinds?.of(options) ?? '';
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: runs });
    for (const name of kinds?.names ?? []) expect(seen.get(name), name).toBeGreaterThan(20);
  });

  test('changed bytes cause a typed error or a decoded disk, nothing worse', async () => {
    const seen = { decoded: 0, refused: 0 };
    const flip = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat());
    const flips = fc.array(flip, { minLength: 1, maxLength: damage.most });
    const property = fc.asyncProperty(
      anyImage,
      flips,
      fc.boolean(),
      async (options, changes, reseal) => {
        const image = build(options);
        const { bytes } = image;
        const places = [...damage.places(image, options), [0, bytes.length] as const];
        for (const [at, bits, where] of changes) {
          const [start, length] = places[where % places.length] ?? [0, 1];
          const index = start + (at % length);
          bytes[index] = (bytes[index] ?? 0) ^ bits;
        }
        if (reseal) damage.reseal?.(image, options);
        const sink = makeSink();
        try {
          await decodeInto(format, bytes, sink, context);
          seen.decoded += 1;
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          seen.refused += 1;
        }
        expect(sink.writtenBytes).toBeLessThanOrEqual(damage.mostWritten(image));
      },
    );
    await fc.assert(property, { numRuns: damage.runs ?? 300 });
    expect(seen.refused).toBeGreaterThan(damage.refused);
    expect(seen.decoded).toBeGreaterThan(damage.decoded);
  });

  test('a file cut anywhere gives the whole disk or an error, never zeros', async () => {
    const seen = { decoded: 0, refused: 0 };
    const { least = 1, nearEnd = 4096 } = cut;
    const place = fc.oneof(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: -nearEnd, max: -least }),
    );
    const images = cut.anyImage ?? anyImage;
    const property = fc.asyncProperty(images, place, fc.boolean(), async (options, end, known) => {
      const { bytes } = build(options);
      // A fraction of the file, or a number of bytes from its end.
      const kept = end < 0 ? end : Math.floor((bytes.length - least + 1) * end);
      const source = new SteppedSource(bytes.slice(0, kept), { readyBytes: 0, sizeKnown: known });
      const sink = makeSink();
      const failure = decodeInto(format, source, sink, context).then(
        () => undefined,
        (error: unknown) => error,
      );
      await arrive(source, bytes.length, 2);
      const error = await failure;
      seen[error === undefined ? 'decoded' : 'refused'] += 1;
      if (error === undefined) {
        expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
        return;
      }
      expect(error).toBeInstanceOf(DecodeError);
      expect(['truncated', 'empty']).toContain((error as DecodeError).details.reason);
    });
    await fc.assert(property, { numRuns: cut.runs ?? 150 });
    expect(seen.refused).toBeGreaterThan(5);
    if (cut.whole === 'never') expect(seen.decoded).toBe(0);
    if (cut.whole === 'often') expect(seen.decoded).toBeGreaterThan(2);
  });
}
