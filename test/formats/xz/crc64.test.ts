import { xz as lzma } from '@napi-rs/lzma';
import { expect, test } from 'vitest';
import { Crc64 } from '../../../formats/xz/crc64.ts';
import { diskLikeBytes, sequence } from '../shared/decoding.ts';

function crc64(...pieces: Uint8Array[]): string {
  const crc = new Crc64();
  for (const piece of pieces) crc.update(piece);
  return Buffer.from(crc.bytes()).reverse().toString('hex');
}

test('the check value of the catalogue', () => {
  expect(crc64(Buffer.from('123456789'))).toBe('995dc9bbdf1939fa');
  expect(crc64()).toBe('0000000000000000');
});

test.each([1, 7, 8, 65_535, 65_536, 65_537, 200_000])(
  "%i bytes as in a compressor's file",
  async (length) => {
    for (const bytes of [new Uint8Array(length), diskLikeBytes(length)]) {
      const stream = await lzma.compress(bytes);
      const indexBytes = (stream.readUInt32LE(stream.length - 8) + 1) * 4;
      const end = stream.length - 12 - indexBytes;
      expect(crc64(bytes)).toBe(
        Buffer.from(stream.subarray(end - 8, end))
          .reverse()
          .toString('hex'),
      );
    }
  },
);

test('for any division of the bytes, at any place in memory', () => {
  const run = new Uint8Array(65_536);
  const bytes = Buffer.concat([run, diskLikeBytes(70_000), run, run, Buffer.from([1]), run]);
  const whole = crc64(bytes);
  const next = sequence(5);
  for (let round = 0; round < 20; round += 1) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, next(3) === 0 ? 65_536 : next(100_000));
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    expect(crc64(...pieces)).toBe(whole);
  }
  const odd = new Uint8Array(bytes.length + 1);
  odd.set(bytes, 1);
  expect(crc64(odd.subarray(1))).toBe(whole);
});
