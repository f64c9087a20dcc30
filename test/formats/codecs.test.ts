import { gzipSync, constants as zlib, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { bzip2 } from '../../formats/bzip2.ts';
import { gzip } from '../../formats/gzip.ts';
import { lz4 } from '../../formats/lz4.ts';
import { xz } from '../../formats/xz.ts';
import { zstd } from '../../formats/zstd.ts';
import { defined } from '../../src/kit.ts';
import { makeBzip2 } from '../../src/testing/files/bzip2-file.ts';
import { textFile as bzip2File, zerosFile } from './bzip2/fixtures.ts';
import { frame as lz4File, skippable } from './lz4/fixtures.ts';
import { makeLz4 } from './lz4/make-lz4.ts';
import { content } from './qcow2/disk.ts';
import {
  type CodecPart,
  type CodecProperties,
  codecProperties,
} from './shared/codec-properties.ts';
import { diskLikeBytes } from './shared/decoding.ts';
import { makeXz } from './xz/make-xz.ts';

/** The content of one frame, member or stream. */
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

const gap: fc.Arbitrary<CodecPart> = fc
  .tuple(fc.nat(5000), fc.nat(15))
  .map(([length, kind]) => ({ bytes: skippable(length, kind), content: new Uint8Array(0) }));

const gzipMember = fc
  .tuple(anyContent, fc.integer({ min: 0, max: 9 }))
  .map(([bytes, level]) => ({ bytes: gzipSync(bytes, { level }), content: bytes }));

const bzip2Stream = fc
  .tuple(fc.array(anyContent, { maxLength: 3 }), fc.integer({ min: 1, max: 9 }))
  .map(([blocks, level]) => {
    // An empty block is never written.
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
      ...defined({ contentSize: sized ? BigInt(bytes.length) : undefined }),
    }),
    content: bytes,
  }));

const disk = diskLikeBytes(100_000);
const zeros = new Uint8Array(4 * 1024 * 1024);
const many = (count: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat(new Array<Uint8Array>(count).fill(bytes));

const codecs: CodecProperties[] = [
  {
    codec: gzip,
    part: gzipMember,
    file: gzipSync(disk),
    long: () => many(100, gzipSync(zeros)),
  },
  { codec: bzip2, part: bzip2Stream, file: bzip2File, long: () => many(1000, zerosFile) },
  { codec: xz, part: xzStream, file: makeXz([disk]), long: () => many(100, makeXz([zeros])) },
  {
    codec: zstd,
    part: zstdFrame,
    between: gap,
    file: zstdCompressSync(disk),
    long: () => many(100, zstdCompressSync(zeros)),
  },
  {
    codec: lz4,
    part: lz4Frame,
    between: gap,
    file: lz4File,
    long: () => many(100, makeLz4(zeros)),
  },
];

for (const codec of codecs) codecProperties(codec);
