import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zstd } from '../../../formats/zstd.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { copyAll } from '../shared/copying.ts';
import { decodeAll, diskLikeBytes, refusalOf, sequence, sha256 } from '../shared/decoding.ts';

const content = diskLikeBytes(400_000);
const params = { [constants.ZSTD_c_checksumFlag]: 1 };
const frame: Uint8Array = zstdCompressSync(content, { params });
const hello: Uint8Array = Buffer.from('hello');
const small: Uint8Array = zstdCompressSync(hello, { params });

const join = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

function skippable(length: number, kind = 0, stated: number = length): Uint8Array {
  const bytes = Buffer.alloc(8 + length);
  bytes.writeUInt32LE(0x184d2a50 + kind, 0);
  bytes.writeUInt32LE(stated, 4);
  return bytes;
}

const magic = [0x28, 0xb5, 0x2f, 0xfd];
/** One empty raw block, the last. */
const emptyBlock = [1, 0, 0];

/** Blocks of one repeated byte, 128 KiB each for four bytes. */
function runs(blocks: number): Uint8Array {
  const block = (last: number): number[] => {
    const header = (0x20000 << 3) | (1 << 1) | last;
    return [header & 0xff, (header >> 8) & 0xff, header >> 16, 0];
  };
  const many = Array.from({ length: blocks - 1 }, () => block(0)).flat();
  return join(magic, [0x00, 0x38], many, block(1));
}

/** Frames followed by a seek table. */
function seekable(frames: { bytes: Uint8Array; size: number }[]): Uint8Array {
  const table = Buffer.alloc(8 + frames.length * 8 + 9);
  table.writeUInt32LE(0x184d2a5e, 0);
  table.writeUInt32LE(table.length - 8, 4);
  for (const [i, { bytes, size }] of frames.entries()) {
    table.writeUInt32LE(bytes.length, 8 + i * 8);
    table.writeUInt32LE(size, 12 + i * 8);
  }
  table.writeUInt32LE(frames.length, table.length - 9);
  table.writeUInt32LE(0x8f92eab1, table.length - 4);
  return join(...frames.map(({ bytes }) => bytes), table);
}

describe('reads', () => {
  const empty = zstdCompressSync('');
  const cases: [string, Uint8Array, Uint8Array][] = [
    ['one frame', frame, content],
    ['frames one after the other', join(small, frame, empty, small), join(hello, content, hello)],
    [
      'skippable frames before, between and behind',
      join(skippable(0), skippable(70_000, 3), small, skippable(9, 15), frame, skippable(4)),
      join(hello, content),
    ],
    ['an empty frame', empty, new Uint8Array(0)],
    ['a skippable frame alone', skippable(100), new Uint8Array(0)],
    ['repeated bytes', runs(20), new Uint8Array(20 * 128 * 1024)],
  ];
  test.each(cases)('%s, for any size of pieces', async (_, bytes, expected) => {
    for (const pieceBytes of [1, 7, 4096, 1 << 20]) {
      if (bytes.length / pieceBytes > 100_000) continue;
      const decoded = await decodeAll(zstd, wholeSource(bytes, pieceBytes));
      expect(decoded).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
    }
    const copied = await copyAll(zstd, bytes);
    expect(copied).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
  });

  test('a window as large as the limit, and none larger', async () => {
    const window = (exponent: number): Uint8Array =>
      join(magic, [0x00, (exponent - 10) << 3], emptyBlock);
    const context = decodeContext({ limits: { windowBytes: 2 ** 20 } });
    expect((await decodeAll(zstd, window(20), context)).sizeBytes).toBe(0);
    expect(await refusalOf(decodeAll(zstd, window(21), context))).toBe('limit');
    const oddLimit = decodeContext({ limits: { windowBytes: 2 ** 20 + 2 ** 17 } });
    expect((await decodeAll(zstd, join(magic, [0, 0x51], emptyBlock), oddLimit)).sizeBytes).toBe(0);
  });

  test('returns what has arrived while the rest has not', async () => {
    const source = new GrowingSource();
    const output = zstd.decode(source, decodeContext())[Symbol.asyncIterator]();
    source.push(small);
    expect(Buffer.from((await output.next()).value ?? []).toString()).toBe('hello');
    source.push(small);
    source.end();
    expect(Buffer.from((await output.next()).value ?? []).toString()).toBe('hello');
    expect((await output.next()).done).toBe(true);
  });
});

describe('refuses', () => {
  const cases: [string, string, Uint8Array][] = [
    ['a file of no bytes', 'truncated', new Uint8Array(0)],
    ['a cut magic', 'truncated', frame.subarray(0, 3)],
    ['a cut header', 'truncated', frame.subarray(0, 5)],
    ['cut data, of which Node 22 says nothing', 'truncated', frame.subarray(0, 5000)],
    ['a cut checksum', 'truncated', frame.subarray(0, frame.length - 1)],
    ['a second frame that is cut', 'truncated', join(frame, small.subarray(0, 8))],
    ['a second frame that is cut in its magic', 'truncated', join(frame, small.subarray(0, 2))],
    ['a skippable frame that is cut', 'truncated', join(frame, skippable(10, 0, 0xffffffff))],
    ['a skippable frame cut in its length', 'truncated', skippable(0).subarray(0, 6)],
    ['something else', 'corrupt-header', Buffer.from('<html></html>')],
    ['a wrong checksum', 'checksum', changed(frame, -1, 0)],
    ['a wrong checksum in the first of two', 'checksum', join(changed(small, -1, 1), frame)],
    ['a reserved bit in the header', 'unsupported-feature', changed(frame, 4, 0x08)],
    ['a dictionary', 'unsupported-feature', join(magic, [0x01, 0x58, 42], emptyBlock)],
    ['a reserved block type', 'corrupt-data', join(magic, [0x00, 0x58], [7, 0, 0, 0])],
    [
      'a block above 128 KiB',
      'corrupt-data',
      join(magic, [0, 0x58], [0xf1, 0xff, 0xff], new Uint8Array(0x1ffffe)),
    ],
    ['the largest window there is', 'limit', join(magic, [0x00, 0xff], emptyBlock)],
    [
      'a single segment of 2^64-1 bytes',
      'limit',
      join(magic, [0xe0], new Uint8Array(8).fill(255), emptyBlock),
    ],
    [
      'a content size above the limit',
      'limit',
      join(magic, [0xc0, 0x58], new Uint8Array(8).fill(255), emptyBlock),
    ],
    [
      'a content size that is too large',
      'corrupt-data',
      join(magic, [0x40, 0x58, 1, 0], emptyBlock),
    ],
    ['skippable frames without end', 'limit', join(Buffer.alloc(8 * 100_001, skippable(0)), frame)],
    ['other bytes behind the frame', 'trailing-data', join(frame, Buffer.from('garbage'))],
    ['one other byte behind the frame', 'trailing-data', join(frame, [0])],
  ];
  test.each(cases)('%s as %s', async (_, reason, bytes) => {
    for (const pieceBytes of [1, 65_536]) {
      if (pieceBytes === 1 && bytes.length > 1000) continue;
      expect(await refusalOf(decodeAll(zstd, wholeSource(bytes, pieceBytes)))).toBe(reason);
    }
    expect(await refusalOf(copyAll(zstd, bytes))).toBe(reason);
  });

  test('more frames than the limit', async () => {
    const bytes = join(small, small, small);
    expect(
      (await decodeAll(zstd, bytes, decodeContext({ limits: { members: 3 } }))).sizeBytes,
    ).toBe(15);
    expect(await refusalOf(decodeAll(zstd, bytes, decodeContext({ limits: { members: 2 } })))).toBe(
      'limit',
    );
  });

  test('every cut; no flipped bit gives other content', async () => {
    const bytes = zstdCompressSync(diskLikeBytes(9000), { params });
    for (let length = 0; length < bytes.length; length += 13) {
      expect(await refusalOf(decodeAll(zstd, bytes.subarray(0, length)))).toBe('truncated');
    }
    const good = await decodeAll(zstd, bytes);
    const next = sequence(4711);
    for (let i = 0; i < 300; i += 1) {
      const at = next(bytes.length);
      const damaged = changed(bytes, at, (bytes[at] ?? 0) ^ (1 << next(8)));
      const outcome = await decodeAll(zstd, damaged).catch(async (error) =>
        refusalOf(Promise.reject(error)),
      );
      // A frame that became a skippable one has no content.
      const isGood = typeof outcome === 'string' || outcome.sha256 === good.sha256;
      expect(isGood || outcome.sizeBytes === 0, `bit at ${at}`).toBe(true);
    }
  });
});

describe('ends', () => {
  test('when the consumer stops, and reads no further', async () => {
    const bomb = runs(40_000);
    let asked = 0;
    const source = {
      ...wholeSource(bomb),
      async *stream() {
        for (let at = 0; at < bomb.length; at += 256) {
          asked += 1;
          yield bomb.subarray(at, at + 256);
        }
      },
    };
    for await (const _ of zstd.decode(source, decodeContext())) break;
    expect(asked).toBeLessThan(10);
  });
});

describe('size', () => {
  const frames = [
    { bytes: frame, size: content.length },
    { bytes: small, size: 5 },
  ];
  test('comes from the seek table at the end', async () => {
    expect(await zstd.size?.(wholeSource(seekable(frames)))).toBe(content.length + 5);
    expect((await decodeAll(zstd, seekable(frames))).sizeBytes).toBe(content.length + 5);
  });

  test('is unknown without a table, or with one that does not fit the file', async () => {
    const wrong = seekable([{ bytes: frame, size: content.length }]);
    expect(await zstd.size?.(wholeSource(frame))).toBeUndefined();
    expect(await zstd.size?.(wholeSource(join(small, wrong)))).toBeUndefined();
    expect(await zstd.size?.(wholeSource(small.subarray(0, 4)))).toBeUndefined();
    const huge = changed(wrong, -9 + 3, 0xff);
    expect(await zstd.size?.(wholeSource(huge))).toBeUndefined();
  });

  test('never waits for a transfer, but fetches ahead if that is possible', async () => {
    const bytes = seekable(frames);
    expect(await zstd.size?.(new GrowingSource(bytes.length))).toBeUndefined();
    const ahead = async (at: number, length: number) => bytes.subarray(at, at + length);
    expect(await zstd.size?.(new GrowingSource(bytes.length, ahead))).toBe(content.length + 5);
  });
});

describe('recognises', () => {
  const lz4 = [0x04, 0x22, 0x4d, 0x18];
  const cases: [string, Uint8Array, boolean][] = [
    ['a frame', frame, true],
    ['a frame behind a skippable one', join(skippable(4), frame), true],
    ['a skippable frame longer than the head', skippable(10, 0, 1 << 20), true],
    ['no lz4 behind a skippable frame', join(skippable(4), lz4, new Uint8Array(20)), false],
    ['nothing in no bytes', new Uint8Array(0), false],
    ['nothing in a cut magic', frame.subarray(0, 3), false],
  ];
  test.each(cases)('%s', (_, head, expected) => {
    expect(zstd.detect({ head })).toBe(expected);
  });
});
