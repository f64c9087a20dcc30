import { describe, expect, test } from 'vitest';
import { xxHash32 } from '../../../formats/lz4/xxhash32.ts';
import { lz4 } from '../../../formats/lz4.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { decodeAll, diskLikeBytes, sha256 } from '../shared/decoding.ts';
import {
  content,
  frame,
  hello,
  join,
  legacyFile,
  legacyMagic,
  skippable,
  small,
  text,
  textFile,
} from './fixtures.ts';
import { frameBlock, lz4Magic, makeLz4, makeLz4Frame, packBlock, sequenceOf } from './make-lz4.ts';

/** Blocks of 4 MiB of zeros, in some 16 KiB each. */
function zeros(blocks: number): Uint8Array {
  const size = 4 * 1024 * 1024;
  const packed = join(sequenceOf([0], 1, size - 6), sequenceOf([0, 0, 0, 0, 0]));
  const all = new Array<Uint8Array>(blocks).fill(frameBlock(packed, false));
  return makeLz4Frame(all, 0, { blockSize: 7, contentChecksum: false });
}

describe('reads', () => {
  const one = diskLikeBytes(70_000, 21);
  const cases: [string, Uint8Array, Uint8Array][] = [
    ['what lz4 writes: linked blocks, all checksums, the size', textFile, text],
    ['a legacy frame', legacyFile, text.subarray(0, 3000)],
    ['independent blocks', frame, content],
    ['linked blocks', makeLz4(content, { linked: true }), content],
    ['stored blocks', makeLz4(content, { stored: true, blockChecksums: true }), content],
    [
      'large blocks without a checksum, with the size',
      makeLz4(content, { blockSize: 7, contentChecksum: false, contentSize: 200_000n }),
      content,
    ],
    [
      'frames one after the other',
      join(small, frame, makeLz4(new Uint8Array(0)), small),
      join(hello, content, hello),
    ],
    [
      'skippable frames before, between and behind',
      join(skippable(0), skippable(70_000, 3), small, skippable(9, 15), frame, skippable(4)),
      join(hello, content),
    ],
    [
      'a frame and a skippable one behind a legacy frame',
      join(legacyFile, small, legacyFile, skippable(3), legacyFile),
      join(text.subarray(0, 3000), hello, text.subarray(0, 3000), text.subarray(0, 3000)),
    ],
    [
      'a legacy frame of several blocks',
      join(
        legacyMagic,
        ...[hello, one].map((part) => frameBlock(packBlock(part, 0, part.length, 0), false)),
      ),
      join(hello, one),
    ],
    ['a legacy frame of nothing', Uint8Array.from(legacyMagic), new Uint8Array(0)],
    ['a frame without blocks', makeLz4Frame([], xxHash32(new Uint8Array(0))), new Uint8Array(0)],
    ['a skippable frame alone', skippable(100), new Uint8Array(0)],
  ];
  test.each(cases)('%s, for any size of pieces', async (_, bytes, expected) => {
    for (const pieceBytes of [1, 7, 4096, 1 << 20]) {
      const decoded = await decodeAll(lz4, wholeSource(bytes, pieceBytes));
      expect(decoded).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
    }
  });

  test('matches of every offset and length', async () => {
    const start = diskLikeBytes(200, 5);
    const expected: number[] = [...start];
    const block: number[] = [...sequenceOf(start, 200, 4)];
    expected.push(...expected.slice(0, 4));
    for (const length of [4, 5, 7, 8, 9, 15, 18, 19, 31, 32, 33, 127, 128, 129, 300]) {
      for (const offset of [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 64, 200]) {
        const literals = expected.length % 3 === 0 ? [] : [length, offset];
        block.push(...sequenceOf(literals, offset, length));
        expected.push(...literals);
        for (let i = 0; i < length; i += 1) expected.push(expected[expected.length - offset] ?? 0);
      }
    }
    block.push(...sequenceOf([]));
    const wanted = Uint8Array.from(expected);
    const bytes = makeLz4Frame([frameBlock(Uint8Array.from(block), false)], xxHash32(wanted));
    expect(await decodeAll(lz4, bytes)).toEqual({
      sizeBytes: wanted.length,
      sha256: sha256(wanted),
    });
  });

  test('a match of the maximum distance, over several blocks', async () => {
    const noise = Uint8Array.from({ length: 65_535 }, (_, i) => (i * 40_503) >> 7);
    const blocks = [
      frameBlock(noise, true),
      frameBlock(join(sequenceOf([], 65_535, 1000), sequenceOf([1])), false),
      frameBlock(join(sequenceOf([2], 65_535, 65_000), sequenceOf([])), false),
    ];
    const expected = join(
      noise,
      noise.subarray(0, 1000),
      [1, 2],
      noise.subarray(1002),
      noise.subarray(0, 467),
    );
    const bytes = makeLz4Frame(blocks, xxHash32(expected), { linked: true });
    expect((await decodeAll(lz4, bytes)).sha256).toBe(sha256(expected));
  });

  test('blocks that end with a match at the end of the room', async () => {
    const full = join(sequenceOf(Buffer.from('abcdefgh'), 8, 65_407), sequenceOf([], 8, 121), [0]);
    const expected = Buffer.from('abcdefgh'.repeat(8192));
    for (let length = 20; length < 70; length += 1) {
      const blocks = [
        frameBlock(expected, true),
        frameBlock(full, false),
        frameBlock(expected.subarray(0, length), true),
        frameBlock(full, false),
      ];
      const all = join(expected, expected, expected.subarray(0, length), expected);
      const bytes = makeLz4Frame(blocks, xxHash32(all));
      expect((await decodeAll(lz4, bytes)).sizeBytes).toBe(all.length);
    }
  });

  test('returns what has arrived while the rest has not', async () => {
    const source = new GrowingSource();
    const output = lz4.decode(source, decodeContext())[Symbol.asyncIterator]();
    source.push(small);
    expect(Buffer.from((await output.next()).value ?? []).toString()).toBe('hello');
    source.push(frame.subarray(0, frame.length / 2));
    expect((await output.next()).value?.length).toBe(65_536);
    source.push(frame.subarray(frame.length / 2));
    source.end();
    let sizeBytes = 65_536;
    for (let next = await output.next(); next.done !== true; next = await output.next()) {
      sizeBytes += next.value.length;
    }
    expect(sizeBytes).toBe(content.length);
  });
});

describe('ends', () => {
  test('when the consumer stops, and reads no further', async () => {
    const bomb = zeros(20);
    let asked = 0;
    const source = {
      ...wholeSource(bomb),
      async *stream() {
        for (let at = 0; at < bomb.length; at += 4096) {
          asked += 1;
          yield bomb.subarray(at, at + 4096);
        }
      },
    };
    for await (const _ of lz4.decode(source, decodeContext())) break;
    expect(asked).toBeLessThan(10);
  });
});

test('a bomb comes in small pieces and uses little memory', async () => {
  let sizeBytes = 0;
  let longest = 0;
  let most = 0;
  const bomb = zeros(100);
  const before = process.memoryUsage().rss;
  for await (const piece of lz4.decode(wholeSource(bomb), decodeContext())) {
    sizeBytes += piece.length;
    longest = Math.max(longest, piece.length);
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(sizeBytes).toBe(400 * 1024 * 1024);
  expect(longest).toBeLessThanOrEqual(1024 * 1024);
  expect(most).toBeLessThan(200 * 1024 * 1024);
});

test('returned bytes do not change afterwards', async () => {
  const noise = diskLikeBytes(500_000, 9);
  const pieces: Uint8Array[] = [];
  const source = wholeSource(makeLz4(noise, { linked: true }));
  for await (const piece of lz4.decode(source, decodeContext())) pieces.push(piece);
  expect(sha256(Buffer.concat(pieces))).toBe(sha256(noise));
});

describe('recognises', () => {
  const zstd = [0x28, 0xb5, 0x2f, 0xfd];
  const cases: [string, Uint8Array, boolean][] = [
    ['a frame', frame, true],
    ['a legacy frame', legacyFile, true],
    ['a frame behind skippable ones', join(skippable(4), skippable(0, 7), frame), true],
    ['a magic alone', Uint8Array.from(lz4Magic), true],
    ['a skippable frame longer than the head', skippable(10, 0, 1 << 20), true],
    ['no zstd behind a skippable frame', join(skippable(4), zstd, new Uint8Array(20)), false],
    ['nothing in no bytes', new Uint8Array(0), false],
    ['nothing in a cut magic', frame.subarray(0, 3), false],
  ];
  test.each(cases)('%s', (_, head, expected) => {
    expect(lz4.detect({ head })).toBe(expected);
  });
});
