import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, mirrorOf, pattern, site } from '../client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const metadata = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), ...options }).metadata;

describe('size', () => {
  test('is limited, by the call or for all, declared or not', async () => {
    const limits = { maxBytes: 1000 };
    upstream.route('declared', pattern(1001));
    upstream.route('chunked', (_, response) => {
      response.write(pattern(600));
      response.end(pattern(600));
    });
    upstream.route('fits', pattern(1000));
    const http = metadata();
    for (const path of ['declared', 'chunked']) {
      await expect(http.get(site + path, limits)).rejects.toMatchObject({
        code: 'ERR_METADATA',
        hint: expect.stringContaining('limits.metadataBytes'),
      });
    }
    expect((await http.get(`${site}fits`, limits)).bytes).toHaveLength(1000);
  });

  test('is counted after decompression, and a bomb is not read to its end', async () => {
    let sent = 0;
    const zeros = gzipSync(new Uint8Array(4 << 20));
    upstream.route('bomb', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const more = (): void => {
        for (sent += 1; sent < 4096 && response.write(zeros); sent += 1);
        if (sent >= 4096) response.end();
        else response.once('drain', more);
      };
      more();
    });
    const reading = metadata().get(`${site}bomb`, { maxBytes: 1 << 20 });
    await expect(reading).rejects.toMatchObject({ code: 'ERR_METADATA' });
    expect(sent).toBeLessThan(4096);
  });

  test('a smaller limit of one caller does not apply to another', async () => {
    upstream.route('a', pattern(100));
    const http = metadata();
    const small = http.get(`${site}a`, { maxBytes: 10 });
    const large = http.get(`${site}a`, { maxBytes: 1000 });
    await expect(small).rejects.toMatchObject({ code: 'ERR_METADATA' });
    expect((await large).bytes).toHaveLength(100);
    await expect(http.get(`${site}a`, { maxBytes: 10 })).rejects.toMatchObject({
      code: 'ERR_METADATA',
    });
  });
});

describe('only the head of a document', () => {
  test('is asked for as a range', async () => {
    upstream.route('long', pattern(5000));
    const document = await metadata().get(`${site}long`, { headBytes: 100 });
    expect(document.bytes).toEqual(pattern(100));
    expect(upstream.requests[0]?.headers).toMatchObject({
      range: 'bytes=0-99',
      'accept-encoding': 'identity',
    });
  });

  test('is cut from a whole answer, of any length', async () => {
    upstream.route('endless', (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(pattern(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const document = await metadata().get(`${site}endless`, { headBytes: 100 });
    expect(document.bytes).toEqual(pattern(100));
  });

  test('may be the whole document', async () => {
    upstream.route('short', 'abc');
    const http = metadata();
    expect((await http.get(`${site}short`, { headBytes: 100 })).text).toBe('abc');
    expect((await http.get(`${site}short`)).text).toBe('abc');
  });

  test('is not taken from another place', async () => {
    upstream.route('long', (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 5-9/10' });
      response.end('56789');
    });
    const reading = metadata().get(`${site}long`, { headBytes: 5 });
    await expect(reading).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });
});
