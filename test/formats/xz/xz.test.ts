import { xz as lzma } from '@napi-rs/lzma';
import { beforeAll, describe, expect, test } from 'vitest';
import { xz } from '../../../formats/xz.ts';
import { decodeContext } from '../decode-context.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { copyAll } from '../shared/copying.ts';
import { decodeAll, diskLikeBytes, refusalOf, sequence, sha256 } from '../shared/decoding.ts';
import { makeXz, vli, type XzDefects, xzMagicBytes } from './make-xz.ts';

const content = diskLikeBytes(150_000);
const hello: Uint8Array = Buffer.from('hello');
const small = makeXz([hello]);
let compressed: Uint8Array;

beforeAll(async () => {
  compressed = Uint8Array.from(await lzma.compress(content));
});

const join = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

describe('reads', () => {
  const blocks = [content.subarray(0, 70_000), new Uint8Array(0), content.subarray(70_000)];
  const cases: [string, () => Uint8Array, Uint8Array][] = [
    ['what a compressor writes', () => compressed, content],
    ['five bytes', () => small, hello],
    ['streams one after the other', () => join(compressed, small), join(content, hello)],
    [
      'padding between the streams and behind them',
      () => join(small, new Uint8Array(8), compressed, new Uint8Array(70_000)),
      join(hello, content),
    ],
    ['several blocks, one of them empty', () => makeXz(blocks), content],
    ['a stream without blocks', () => makeXz([]), new Uint8Array(0)],
    [
      'sizes in the block headers',
      () => makeXz(blocks, { statedSizes: { compressed: 0, uncompressed: 0 } }),
      content,
    ],
    ['no check', () => makeXz([content], { flags: 0, check: [] }), content],
  ];
  test.each(cases)('%s, for any size of pieces', async (_, make, expected) => {
    const bytes = make();
    for (const pieceBytes of [1, 7, 4096, 1 << 20]) {
      if (bytes.length / pieceBytes > 30_000) continue;
      const decoded = await decodeAll(xz, wholeSource(bytes, pieceBytes));
      expect(decoded).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
    }
    const copied = await copyAll(xz, bytes);
    expect(copied).toEqual({ sizeBytes: expected.length, sha256: sha256(expected) });
  });

  test('returns what has arrived while the rest has not', async () => {
    const source = new GrowingSource();
    const output = xz.decode(source, decodeContext())[Symbol.asyncIterator]();
    source.push(makeXz([diskLikeBytes(100_000)]));
    expect((await output.next()).value?.length).toBeGreaterThan(0);
    source.end();
    let total = 0;
    for (let next = await output.next(); next.done !== true; next = await output.next()) {
      total += next.value.length;
    }
    expect(total).toBeGreaterThan(0);
  });
});

describe('refuses', () => {
  const oneBlock = (defects: XzDefects) => () => makeXz([hello], defects);
  const filters = (...fields: number[]) => oneBlock({ blockFields: fields });
  const cases: [string, string, () => Uint8Array][] = [
    ['a file of no bytes', 'truncated', () => new Uint8Array(0)],
    ['a cut stream header', 'truncated', () => compressed.subarray(0, 11)],
    ['a cut block header', 'truncated', () => compressed.subarray(0, 17)],
    ['cut data', 'truncated', () => compressed.subarray(0, 5000)],
    ['a cut index', 'truncated', () => compressed.subarray(0, compressed.length - 16)],
    ['a cut footer', 'truncated', () => compressed.subarray(0, compressed.length - 1)],
    ['a missing footer', 'truncated', () => compressed.subarray(0, compressed.length - 12)],
    ['a second stream that is cut', 'truncated', () => join(compressed, small.subarray(0, 30))],
    ['a second stream cut in its magic', 'truncated', () => join(small, xzMagicBytes.slice(0, 4))],
    ['something else', 'corrupt-header', () => Buffer.from('<html></html>')],
    ['a damaged stream header', 'checksum', () => changed(small, 8, 0)],
    ['a damaged block header', 'checksum', () => changed(small, 20, 0xff)],
    ['a wrong check', 'checksum', oneBlock({ check: [1, 2, 3, 4] })],
    [
      'a wrong check in the first of two',
      'checksum',
      () => join(oneBlock({ check: [1, 2, 3, 4] })(), small),
    ],
    ['a damaged index', 'checksum', () => changed(small, -16, 0)],
    ['a damaged footer', 'checksum', () => changed(small, -5, 0x77)],
    ['an unknown check', 'unsupported-feature', oneBlock({ flags: 2 })],
    ['reserved block flags', 'unsupported-feature', filters(0x04, 0x21, 1, 0)],
    ['a block header with more fields', 'unsupported-feature', oneBlock({ headerPadding: 1 })],
    ['an unknown filter', 'unsupported-feature', filters(1, 0x0f, 0, 0x21, 1, 0)],
    ['a chain that ends with delta', 'unsupported-feature', filters(0, 3, 1, 0)],
    ['LZMA2 twice', 'unsupported-feature', filters(1, 0x21, 1, 0, 0x21, 1, 0)],
    [
      'a filter start off its alignment',
      'unsupported-feature',
      filters(1, 7, 4, 1, 0, 0, 0, 0x21, 1, 0),
    ],
    ['an impossible dictionary code', 'unsupported-feature', filters(0, 0x21, 1, 41)],
    ['a dictionary of 4 GiB', 'limit', filters(0, 0x21, 1, 40)],
    ['a filter list longer than the header', 'corrupt-header', filters(0, 0x21, 30, 0)],
    ['a number that is not the shortest', 'corrupt-header', filters(0x40, 0x86, 0x00, 0x21, 1, 0)],
    ['a compressed size of zero', 'corrupt-header', filters(0x40, 0, 0x21, 1, 0)],
    [
      'a wrong compressed size',
      'corrupt-data',
      oneBlock({ statedSizes: { compressed: 1, uncompressed: 0 } }),
    ],
    [
      'a wrong uncompressed size',
      'corrupt-data',
      oneBlock({ statedSizes: { compressed: 0, uncompressed: -1 } }),
    ],
    ['block padding that is not zero', 'corrupt-data', oneBlock({ blockPadding: 1 })],
    ['an LZMA2 chunk of an unknown kind', 'corrupt-data', () => changed(small, 24, 0x42)],
    ['an index with another length', 'corrupt-data', oneBlock({ records: [[25, 6]] })],
    ['an index without the block', 'corrupt-data', oneBlock({ records: [] })],
    [
      'an index with a block too many',
      'corrupt-data',
      oneBlock({
        records: [
          [25, 5],
          [25, 5],
        ],
      }),
    ],
    ['an index of a length beyond 2^53', 'corrupt-data', oneBlock({ records: [[25, 2 ** 60]] })],
    [
      'an index padding that is not zero',
      'corrupt-data',
      () => makeXz([hello, hello], { indexPadding: 1 }),
    ],
    [
      'an index count of ten bytes',
      'corrupt-data',
      oneBlock({ recordCount: new Array(9).fill(0xff) }),
    ],
    ['an index that claims 2^40 records', 'limit', oneBlock({ recordCount: vli(2 ** 40) })],
    ['a footer with another index length', 'corrupt-data', oneBlock({ backwardSize: 5 })],
    ['a footer with other flags', 'corrupt-data', oneBlock({ footerFlags: 4 })],
    ['a footer without its magic', 'corrupt-data', () => changed(small, -1, 0)],
    [
      'other bytes behind the stream',
      'trailing-data',
      () => join(compressed, Buffer.from('garbage!')),
    ],
    ['other bytes behind the padding', 'trailing-data', () => join(small, [0, 0, 0, 0, 1, 2])],
    ['a stream behind odd padding', 'trailing-data', () => join(small, [0, 0], small)],
    ['padding that is no multiple of four', 'trailing-data', () => join(small, [0, 0, 0])],
  ];
  test.each(cases)('%s as %s', async (_, reason, make) => {
    const bytes = make();
    for (const pieceBytes of [1, 65_536]) {
      if (pieceBytes === 1 && bytes.length > 1000) continue;
      expect(await refusalOf(decodeAll(xz, wholeSource(bytes, pieceBytes)))).toBe(reason);
    }
    expect(await refusalOf(copyAll(xz, bytes))).toBe(reason);
  });

  test('a dictionary above the limit in any block, before its data', async () => {
    const context = decodeContext({ limits: { windowBytes: 4096 } });
    expect((await decodeAll(xz, small, context)).sizeBytes).toBe(5);
    const larger = makeXz([hello], { blockFields: [0, 0x21, 1, 1] });
    expect(await refusalOf(decodeAll(xz, join(small, larger), context))).toBe('limit');
  });

  test('more blocks than the limit', async () => {
    const bytes = makeXz([hello, hello, hello]);
    expect(
      (await decodeAll(xz, bytes, decodeContext({ limits: { mapEntries: 3 } }))).sizeBytes,
    ).toBe(15);
    expect(
      await refusalOf(decodeAll(xz, bytes, decodeContext({ limits: { mapEntries: 2 } }))),
    ).toBe('limit');
  });

  test('every cut; no flipped bit gives other content', async () => {
    const bytes = Uint8Array.from(await lzma.compress(diskLikeBytes(9000)));
    for (let length = 0; length < bytes.length; length += 13) {
      expect(await refusalOf(decodeAll(xz, bytes.subarray(0, length)))).toBe('truncated');
    }
    const next = sequence(4711);
    for (let i = 0; i < 300; i += 1) {
      const at = next(bytes.length);
      const damaged = changed(bytes, at, (bytes[at] ?? 0) ^ (1 << next(8)));
      expect(await refusalOf(decodeAll(xz, damaged)), `bit at ${at}`).toBeTypeOf('string');
    }
  });

  test('damage that no check detects, by the lengths that do not agree', async () => {
    const bytes = makeXz([content.subarray(0, 9000)], { flags: 0, check: [] });
    const next = sequence(99);
    for (let i = 0; i < 200; i += 1) {
      const at = 24 + next(3);
      const damaged = changed(bytes, at, next(256));
      if (damaged[at] === bytes[at] || damaged[24] === 1) continue;
      expect(await refusalOf(decodeAll(xz, damaged))).toBeTypeOf('string');
    }
  });
});

describe('ends', () => {
  test('when the consumer stops, and reads no further', async () => {
    const stream = makeXz([content.subarray(0, 5000)]);
    const streams = 1000;
    let asked = 0;
    const source = {
      ...wholeSource(stream),
      async *stream() {
        for (asked = 0; asked < streams; asked += 1) yield stream;
      },
    };
    for await (const _ of xz.decode(source, decodeContext())) break;
    expect(asked).toBeLessThan(streams / 2);
  });

  test('when the consumer stops, although the input has stalled', async () => {
    const source = new GrowingSource();
    source.push(makeXz([content, content]).subarray(0, 200_000));
    for await (const _ of xz.decode(source, decodeContext())) break;
    source.push(hello);
    while (!source.left) await new Promise(setImmediate);
  });
});

test('recognises xz by its six magic bytes', () => {
  expect(xz.detect({ head: small })).toBe(true);
  expect(xz.detect({ head: small.subarray(0, 5) })).toBe(false);
  expect(xz.detect({ head: Buffer.from('7zXZ') })).toBe(false);
});
