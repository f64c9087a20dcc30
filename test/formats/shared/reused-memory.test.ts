import { execFileSync } from 'node:child_process';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bzip2 } from '../../../formats/bzip2.ts';
import { gzip } from '../../../formats/gzip.ts';
import { lz4 } from '../../../formats/lz4.ts';
import { raw } from '../../../formats/raw.ts';
import { xz } from '../../../formats/xz.ts';
import { zip } from '../../../formats/zip.ts';
import { zstd } from '../../../formats/zstd.ts';
import type { ByteSource, Codec } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { zipArchive } from '../make-zip.ts';
import { spoolingContext } from '../read-archive.ts';
import { GrowingSink } from './copying.ts';
import { decodeAll, diskLikeBytes, sequence, sha256 } from './decoding.ts';

const MiB = 1024 * 1024;
const disk = diskLikeBytes(9 * MiB);
const joined = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const packed = (program: string, options: string[], input: Uint8Array): Uint8Array =>
  execFileSync(program, options, { input, maxBuffer: 64 * MiB });
const halves = [disk.subarray(0, 4 * MiB), disk.subarray(4 * MiB)] as const;

/** Yields pieces of any length, and overwrites each as soon as that is allowed. */
class OverwritingSource implements ByteSource {
  readonly sizeBytes: number;
  readonly readyBytes: number;
  /** Pieces that were overwritten before the next request. */
  overwritten = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.sizeBytes = bytes.length;
    this.readyBytes = bytes.length;
  }

  async grown(): Promise<void> {}

  async read(position: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(this.#bytes.subarray(position, position + length));
  }

  async *stream(reuse = false): AsyncGenerator<Uint8Array> {
    const next = sequence(11);
    const handed: { piece: Uint8Array; end: number }[] = [];
    for (let at = 0; at < this.#bytes.length; ) {
      const length = [1, 2, 5, 4096, 700_000, MiB][next(6)] ?? 1;
      // `slice` of a Buffer does not copy.
      const piece = new Uint8Array(this.#bytes.subarray(at, at + length));
      at += piece.length;
      handed.push({ piece, end: at });
      yield piece;
      while (reuse && (handed[0]?.end ?? at) + MiB <= at) {
        handed.shift()?.piece.fill(0xa5);
        this.overwritten += 1;
      }
    }
  }
}

/** Several parts each, so that headers and checksums are in the middle of pieces. */
const files: [Codec, () => Uint8Array][] = [
  [gzip, () => joined(...halves.map((half) => gzipSync(half, { level: 1 })))],
  [zstd, () => joined(...halves.map((half) => zstdCompressSync(half)))],
  [lz4, () => joined(...halves.map((half) => packed('lz4', ['-B7', '-BD', '-c'], half)))],
  [bzip2, () => packed('bzip2', ['-1', '-c'], disk)],
  [xz, () => packed('xz', ['-1', '-c'], disk)],
];

test.each(files.map(([codec, file]) => ({ codec, file })))(
  '$codec.id reads correctly from memory that is reused',
  async ({ codec, file }) => {
    const expected = { sizeBytes: disk.length, sha256: sha256(disk) };
    const bytes = file();
    expect(await decodeAll(codec, new OverwritingSource(bytes))).toEqual(expected);
    const sink = new GrowingSink();
    await codec.copyTo?.(new OverwritingSource(bytes), sink, decodeContext());
    if (codec.copyTo !== undefined) expect(sink.sha256()).toBe(expected.sha256);
  },
);

test('gzip with bytes after its end reads correctly from memory that is reused', async () => {
  const bytes = joined(...halves.map((half) => gzipSync(half, { level: 1 })), Buffer.from('end'));
  const { sha256: found } = await decodeAll(
    gzip,
    new OverwritingSource(bytes),
    decodeContext({ allow: ['trailing'] }),
  );
  expect(found).toBe(sha256(disk));
});

test('a raw disk is written correctly from memory that is reused', async () => {
  const source = new OverwritingSource(disk);
  const sink = new GrowingSink();
  await (await raw.open(source, decodeContext())).copyTo(sink);
  expect(sink.sha256()).toBe(sha256(disk));
  expect(source.overwritten).toBeGreaterThan(4);
});

test.each([0, 8])(
  'a zip member of method %i becomes a correct raw disk in memory that is reused',
  async (method) => {
    const archive = zipArchive([{ name: 'disk.raw', content: disk, method }]);
    const context = spoolingContext();
    try {
      for await (const entry of zip.entries(new OverwritingSource(archive), context)) {
        const sink = new GrowingSink();
        await (await raw.open(entry.source, context)).copyTo(sink);
        await entry.finish();
        expect(sink.sha256()).toBe(sha256(disk));
      }
    } finally {
      await context.close();
    }
  },
);

test('the memory of an unpacked zip member is freed only if that is allowed', async () => {
  const archive = zipArchive([{ name: 'disk.raw', content: disk, method: 8 }]);
  for (const reuse of [true, false]) {
    const context = spoolingContext();
    const held: Uint8Array[] = [];
    const lengths: number[] = [];
    for await (const { source } of zip.entries(new OverwritingSource(archive), context)) {
      for await (const piece of source.stream(reuse)) {
        held.push(piece);
        lengths.push(piece.length);
        // The last MiB can still be read, for any division into pieces.
        expect(held.at(-1)).toHaveLength(lengths.at(-1) ?? 0);
        expect(held.at(-2)?.length).toBe(lengths.at(-2));
      }
    }
    const gone = held.filter((piece, i) => piece.length !== lengths[i]).length;
    expect(gone > 4).toBe(reuse);
    await context.close();
  }
});
