import { xz as lzma } from '@napi-rs/lzma';
import { beforeAll, expect, test } from 'vitest';
import { xz } from '../../../formats/xz.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { diskLikeBytes } from '../shared/decoding.ts';
import { makeXz } from './make-xz.ts';

const content = diskLikeBytes(150_000);
const hello: Uint8Array = Buffer.from('hello');
const small = makeXz([hello]);
let compressed: Uint8Array;

beforeAll(async () => {
  compressed = Uint8Array.from(await lzma.compress(content));
});

const join = (...parts: (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

const several = (): Uint8Array =>
  join(makeXz([hello, content]), new Uint8Array(12), compressed, small, new Uint8Array(4));
const total = 2 * content.length + 10;

test('the size comes from the indexes of all streams', async () => {
  expect(await xz.size?.(wholeSource(several()))).toBe(total);
  expect(await xz.size?.(wholeSource(makeXz([])))).toBe(0);
});

test('only the ends are read for the size', async () => {
  const bytes = several();
  let readBytes = 0;
  const source = wholeSource(bytes);
  const counting = {
    ...source,
    read: async (at: number, length: number) => {
      readBytes += length;
      return bytes.subarray(at, at + length);
    },
  };
  expect(await xz.size?.(counting)).toBe(total);
  expect(readBytes).toBeLessThan(250_000);
});

test('the size never waits for a transfer, but fetches ahead if that is possible', async () => {
  const bytes = several();
  expect(await xz.size?.(new GrowingSource())).toBeUndefined();
  expect(await xz.size?.(new GrowingSource(bytes.length))).toBeUndefined();
  const ahead = async (at: number, length: number) => bytes.subarray(at, at + length);
  expect(await xz.size?.(new GrowingSource(bytes.length, ahead))).toBe(total);
  const failure = new Error('connection lost');
  const failing = new GrowingSource(bytes.length, () => Promise.reject(failure));
  await expect(xz.size?.(failing)).rejects.toBe(failure);
});

const unsound: [string, () => Uint8Array][] = [
  ['no bytes', () => new Uint8Array(3)],
  ['a cut file', () => compressed.subarray(0, compressed.length - 8)],
  ['other bytes at the end', () => join(compressed, hello)],
  ['odd padding', () => join(compressed, [0, 0])],
  ['nothing but padding', () => new Uint8Array(100_000)],
  ['an index that points before the file', () => makeXz([hello], { records: [[2 ** 40, 5]] })],
  ['an index that points into the block', () => makeXz([hello, hello], { records: [[25, 5]] })],
  ['an index beyond 2^53', () => makeXz([hello], { records: [[25, 2 ** 60]] })],
  ['an index length beyond the file', () => makeXz([hello], { backwardSize: 0xffffffff })],
];
test.each(unsound)('the size is unknown for %s', async (_, make) => {
  expect(await xz.size?.(wholeSource(make()))).toBeUndefined();
});
