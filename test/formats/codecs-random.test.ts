import { gzipSync, constants as zlib, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bzip2 } from '../../formats/bzip2.ts';
import { gzip } from '../../formats/gzip.ts';
import { lz4 } from '../../formats/lz4.ts';
import { xz } from '../../formats/xz.ts';
import { zstd } from '../../formats/zstd.ts';
import { type Codec, DecodeError } from '../../src/kit.ts';
import { makeBzip2 } from './bzip2/make-bzip2.ts';
import { skippable } from './lz4/fixtures.ts';
import { makeLz4 } from './lz4/make-lz4.ts';
import { content } from './qcow2/disk.ts';
import { wholeSource } from './shared/byte-sources.ts';
import { decodeAll, sha256 } from './shared/decoding.ts';
import { makeXz } from './xz/make-xz.ts';

/** What one frame, member or stream holds. */
const anyContent: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('text', 'noise', 'zeros'),
      seed: fc.integer({ min: 1, max: 5 }),
      length: fc.oneof(fc.nat(300), fc.nat(6000)),
    }),
    { maxLength: 4 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(({ kind, seed, length }) =>
        kind === 'text' || kind === 'noise' ? content(kind, seed, length) : new Uint8Array(length),
      ),
    ),
  );

/** A part of a file and what comes of it. */
interface Part {
  bytes: Uint8Array;
  content: Uint8Array;
}

const gap: fc.Arbitrary<Part> = fc
  .tuple(fc.nat(5000), fc.nat(15))
  .map(([length, kind]) => ({ bytes: skippable(length, kind), content: new Uint8Array(0) }));

const gzipMember = fc
  .tuple(anyContent, fc.integer({ min: 0, max: 9 }))
  .map(([bytes, level]) => ({ bytes: gzipSync(bytes, { level }), content: bytes }));

const bzip2Stream = fc
  .tuple(fc.array(anyContent, { maxLength: 3 }), fc.integer({ min: 1, max: 9 }))
  .map(([blocks, level]) => {
    // A block of nothing is never written.
    const full = blocks.filter((block) => block.length > 0);
    return { bytes: makeBzip2(full, { level }), content: Buffer.concat(full) };
  });

const xzStream = fc
  .tuple(fc.array(anyContent, { maxLength: 4 }), fc.boolean(), fc.nat(3))
  .map(([blocks, stated, padding]) => {
    const sizes = stated ? { statedSizes: { compressed: 0, uncompressed: 0 } } : {};
    const bytes = Buffer.concat([makeXz(blocks, sizes), new Uint8Array(padding * 4)]);
    return { bytes, content: Buffer.concat(blocks) };
  });

const zstdFrame = fc.tuple(anyContent, fc.integer({ min: -5, max: 12 })).map(([bytes, level]) => {
  const params = { [zlib.ZSTD_c_compressionLevel]: level, [zlib.ZSTD_c_checksumFlag]: 1 };
  return { bytes: zstdCompressSync(bytes, { params }), content: bytes };
});

const lz4Frame = fc
  .tuple(
    anyContent,
    fc.record({
      linked: fc.boolean(),
      stored: fc.boolean(),
      blockChecksums: fc.boolean(),
      blockSize: fc.integer({ min: 4, max: 7 }),
    }),
    fc.boolean(),
  )
  .map(([bytes, options, sized]) => ({
    bytes: makeLz4(bytes, {
      ...options,
      ...(sized && { contentSize: BigInt(bytes.length) }),
    }),
    content: bytes,
  }));

const codecs: [Codec, fc.Arbitrary<Part>, fc.Arbitrary<Part>?][] = [
  [gzip, gzipMember],
  [bzip2, bzip2Stream],
  [xz, xzStream],
  [zstd, zstdFrame, gap],
  [lz4, lz4Frame, gap],
];

describe.each(codecs.map(([codec, ...parts]) => ({ id: codec.id, codec, parts })))(
  '$id',
  ({ codec, parts: [data, between] }) => {
    const anyFile = fc
      .tuple(
        data ?? gap,
        fc.array(between === undefined ? (data ?? gap) : fc.oneof(data ?? gap, between), {
          maxLength: 3,
        }),
      )
      .map(([first, rest]) => ({
        bytes: Buffer.concat([first, ...rest].map((part) => part.bytes)),
        content: Buffer.concat([first, ...rest].map((part) => part.content)),
      }));

    test('any file reads back equal, in pieces of any size', async () => {
      await fc.assert(
        fc.asyncProperty(anyFile, fc.integer({ min: 1, max: 9000 }), async (file, pieceBytes) => {
          expect(await decodeAll(codec, wholeSource(file.bytes, pieceBytes))).toEqual({
            sizeBytes: file.content.length,
            sha256: sha256(file.content),
          });
        }),
        { numRuns: 60 },
      );
    });

    test('a changed or cut file gives the same bytes or a refusal', async () => {
      const seen = { same: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(
          anyFile,
          fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          fc.integer({ min: 0, max: 255 }),
          async (file, place, bits) => {
            const at = Math.floor(file.bytes.length * place);
            const damaged = Uint8Array.from(bits === 0 ? file.bytes.subarray(0, at) : file.bytes);
            if (bits !== 0) damaged[at] = (damaged[at] ?? 0) ^ bits;
            let decoded: { sha256: string } | undefined;
            try {
              decoded = await decodeAll(codec, damaged);
            } catch (error) {
              expect(error).toBeInstanceOf(DecodeError);
            }
            seen[decoded === undefined ? 'refused' : 'same'] += 1;
            // What is cut between two frames is a whole file of its own.
            if (bits !== 0 && decoded !== undefined) {
              expect(decoded.sha256).toBe(sha256(file.content));
            }
          },
        ),
        { numRuns: 80 },
      );
      expect(seen.refused).toBeGreaterThan(20);
    });
  },
);
