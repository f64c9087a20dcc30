import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gzip } from '../../../formats/gzip.ts';
import { zstd } from '../../../formats/zstd.ts';
import { decodeContext } from '../decode-context.ts';
import { copyAll, GrowingSink } from './copying.ts';
import { diskLikeBytes, refusalOf, sha256 } from './decoding.ts';

const content = diskLikeBytes(5_000_000);
const whole = { sizeBytes: content.length, sha256: sha256(content) };

describe.each([
  { codec: gzip, compress: (bytes: Uint8Array): Uint8Array => gzipSync(bytes) },
  { codec: zstd, compress: (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes) },
])('$codec.id copies', ({ codec, compress }) => {
  test('output of many steps', async () => {
    expect(await copyAll(codec, compress(content))).toEqual(whole);
  });

  test('parts that end between steps', async () => {
    const parts = [0, 1, 2, 3, 4].map((i) =>
      compress(content.subarray(i * 1_000_001, (i + 1) * 1_000_001)),
    );
    expect(await copyAll(codec, Buffer.concat(parts))).toEqual(whole);
  });

  test('no more than the limit', async () => {
    const context = decodeContext({ limits: { virtualBytes: content.length - 1 } });
    expect(await refusalOf(copyAll(codec, compress(content), context))).toBe('limit');
  });

  test('no further after an abort, long before the output ends', async () => {
    const controller = new AbortController();
    const reason = { why: 'no longer wanted' };
    const sink = new GrowingSink();
    sink.onWrite = () => controller.abort(reason);
    const context = decodeContext({ signal: controller.signal });
    const zeros = compress(new Uint8Array(64 * 1024 * 1024));
    await expect(copyAll(codec, zeros, context, sink)).rejects.toBe(reason);
    expect(sink.zeroedBytes).toBeLessThan(8 * 1024 * 1024);
  });
});
