import { xz as lzma } from '@napi-rs/lzma';
import { expect, test } from 'vitest';
import { closeStream } from '../../../formats/xz/close-stream.ts';
import { formatVli, parseVli } from '../../../formats/xz/vli.ts';

test('closes a stream as a compressor does', async () => {
  for (const length of [1, 200, 70_000]) {
    const stream = await lzma.compress(new Uint8Array(length).fill(7));
    const indexBytes = (stream.readUInt32LE(stream.length - 8) + 1) * 4;
    const end = stream.subarray(stream.length - 12 - indexBytes);
    const unpadded = parseVli(end, 2);
    expect(unpadded).toBeDefined();
    expect(closeStream(4, unpadded?.value ?? 0, length)).toEqual(Uint8Array.from(end));
  }
});

test.each([0, 1, 127, 128, 300, 2 ** 21, 2 ** 35 + 5, 2 ** 53])(
  'the number %i is read back',
  (value) => {
    const bytes = Uint8Array.from([9, ...formatVli(value), 9]);
    expect(parseVli(bytes, 1)).toEqual({ value, length: bytes.length - 2 });
  },
);
