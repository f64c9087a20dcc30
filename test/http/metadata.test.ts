import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { version } from '../../src/version.ts';
import { client, mirrorOf, pattern, site } from './client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const metadata = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), ...options }).metadata;
const headersOf = (name: string) => upstream.requests.map(({ headers }) => headers[name]);

describe('a document', () => {
  test('comes with its addresses, bytes, text and JSON', async () => {
    upstream.route('a.json', '{"grüße":[1]}');
    const document = await metadata().get(`${site}a.json?x=1#part`);
    expect(document.url.href).toBe(`${site}a.json?x=1`);
    expect(document.finalUrl.href).toBe(`${upstream.url}a.json?x=1`);
    expect(document).toMatchObject({ status: 200, mirrored: true, stale: false });
    expect(document.text).toBe('{"grüße":[1]}');
    expect(document.bytes).toEqual(new TextEncoder().encode('{"grüße":[1]}'));
    expect(document.json()).toEqual({ grüße: [1] });
  });

  test('is asked for with a telling user agent, and nothing of the caller', async () => {
    upstream.route('a', 'x');
    await metadata().get(`${site}a`, { accept: 'text/plain' });
    expect(upstream.requests[0]?.headers).toMatchObject({
      'user-agent': `rootdisk/${version} (Node.js ${process.versions.node})`,
      accept: 'text/plain',
      'accept-encoding': 'gzip',
    });
    expect(Object.keys(upstream.requests[0]?.headers ?? {}).sort()).toEqual(
      ['accept', 'accept-encoding', 'connection', 'host', 'user-agent'].sort(),
    );
  });

  test('may come compressed', async () => {
    upstream.route('a', gzipSync('plain text'), { headers: { 'content-encoding': 'gzip' } });
    expect((await metadata().get(`${site}a`)).text).toBe('plain text');
  });

  test('in a coding that nobody asked for is refused', async () => {
    upstream.route('a', 'x', { headers: { 'content-encoding': 'rot13' } });
    await expect(metadata().get(`${site}a`)).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });

  test('that is no address is refused', async () => {
    await expect(metadata().get('cloud-images')).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
    });
  });

  test('keeps no cookie and sends none', async () => {
    upstream.route('a', 'x', { headers: { 'set-cookie': 'id=1' } });
    const http = metadata();
    await http.get(`${site}a`);
    await http.get(`${site}a`, { fresh: true });
    expect(headersOf('cookie')).toEqual([undefined, undefined]);
  });
});

describe('JSON that is none', () => {
  test('names the address and says that it is HTML', async () => {
    upstream.route('a.json', '<!DOCTYPE html><title>Back soon</title>');
    const document = await metadata().get(`${site}a.json?token=secret`);
    expect(() => document.json()).toThrow(
      expect.objectContaining({
        code: 'ERR_METADATA',
        message: expect.stringMatching(/^https:\/\/images\.example\/a\.json .*this is HTML/),
        details: { url: `${site}a.json` },
      }),
    );
  });

  test('says so when it is something else', async () => {
    upstream.route('a.json', '{"cut":');
    const document = await metadata().get(`${site}a.json`);
    expect(() => document.json()).toThrow(
      expect.objectContaining({ code: 'ERR_METADATA', message: expect.not.stringMatching('HTML') }),
    );
  });
});

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

  test('a smaller limit of one caller is no limit for another', async () => {
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

  test('is cut from a whole answer, however long that is', async () => {
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

  test('may be all there is', async () => {
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

describe('a bad status', () => {
  test('of a missing document is nothing to find, and an error to get', async () => {
    const http = metadata();
    expect(await http.find(`${site}missing`)).toBeUndefined();
    await expect(http.get(`${site}missing`)).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      message: expect.stringContaining('404 Not Found'),
      details: { status: 404, attempts: 1, url: `${upstream.url}missing` },
    });
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([400, 401, 402, 403, 410, 451])('%s is nothing to find', async (status) => {
    upstream.route('x', 'no', { status });
    expect(await metadata().find(`${site}x`)).toBeUndefined();
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([408, 425, 429, 500, 502, 503, 504])(
    '%s is tried again, then an error',
    async (status) => {
      upstream.route('x', 'no', { status });
      await expect(metadata().find(`${site}x`)).rejects.toMatchObject({
        code: 'ERR_HTTP_STATUS',
        details: { status, attempts: 3 },
      });
      expect(upstream.requests).toHaveLength(3);
    },
  );

  test.each([204, 206, 300, 304, 501])('%s is an error at once', async (status) => {
    upstream.route('x', status === 204 || status === 304 ? '' : 'no', { status });
    await expect(metadata().find(`${site}x`)).rejects.toMatchObject({ details: { status } });
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([
    ['declared', 'nothing to see', { 'content-type': 'text/html; charset=utf-8' }],
    ['seen', '\n<!-- portal -->\n<html lang="en">', { 'content-type': 'application/octet-stream' }],
  ])('with an HTML page (%s) says so', async (_, body, headers) => {
    upstream.route('x', body, { status: 403, headers });
    await expect(metadata().get(`${site}x`)).rejects.toMatchObject({
      message: expect.stringMatching(/403 Forbidden and an HTML page/),
      hint: expect.stringMatching(/browser/),
    });
  });

  test('is told even when its page never ends', async () => {
    upstream.route('x', (_, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' });
      response.flushHeaders();
    });
    await expect(metadata().get(`${site}x`)).rejects.toMatchObject({ details: { status: 403 } });
  });
});

describe('another attempt', () => {
  test('follows a failure that passes, and is reported', async () => {
    const answers = [500, 503, 200];
    upstream.route('x', (_, response) => {
      response.statusCode = answers.shift() ?? 500;
      response.end('here');
    });
    const retries: { attempt: number; reason: string }[] = [];
    const http = metadata({ onRetry: (event) => retries.push(event) });
    expect((await http.get(`${site}x`)).text).toBe('here');
    expect(retries).toMatchObject([
      { attempt: 1, reason: expect.stringContaining('500') },
      { attempt: 2, reason: expect.stringContaining('503') },
    ]);
  });

  test('follows a connection that is cut, before and inside the document', async () => {
    let count = 0;
    upstream.route('x', (_, response) => {
      count += 1;
      if (count === 1) response.destroy();
      else if (count === 2) {
        response.writeHead(200, { 'content-length': 4 });
        response.write('he');
        process.nextTick(() => response.destroy());
      } else response.end('here');
    });
    expect((await metadata().get(`${site}x`)).text).toBe('here');
  });

  test('follows a stall', async () => {
    let count = 0;
    upstream.route('x', (_, response) => {
      count += 1;
      if (count === 3) response.end('here');
      else if (count === 2) response.write('he');
    });
    expect((await metadata().get(`${site}x`)).text).toBe('here');
  });

  test('waits as long as the server asks', async () => {
    let first: number | undefined;
    let waited = 0;
    upstream.route('x', (_, response) => {
      if (first === undefined) {
        first = performance.now();
        response.writeHead(429, { 'retry-after': '1' });
      } else waited = performance.now() - first;
      response.end('here');
    });
    await metadata().get(`${site}x`);
    expect(waited).toBeGreaterThanOrEqual(950);
  });

  test('is made in vain where nobody listens', async () => {
    await upstream.close();
    await expect(metadata().get(`${site}x?token=secret`)).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/x: the connection was refused$/),
      details: { attempts: 3, errno: 'ECONNREFUSED' },
      cause: { code: 'ECONNREFUSED' },
    });
    upstream = await startUpstream();
  });

  test('leaves no credentials in the error', async () => {
    await upstream.close();
    const mirrors = { [site]: upstream.url.replace('//', '//me:secret@') };
    const getting = metadata({ mirrors }).get(`${site}x?token=secret`);
    const error = await getting.catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'ERR_NETWORK' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret');
    upstream = await startUpstream();
  });

  test('is made in vain where everybody is silent', async () => {
    upstream.route('x', () => {});
    await expect(metadata().get(`${site}x`)).rejects.toMatchObject({
      code: 'ERR_STALLED',
      details: { attempts: 3, stallMs: 250 },
    });
    expect(upstream.requests).toHaveLength(3);
  });
});

describe('one request', () => {
  test('serves all who ask for the same, at once and later', async () => {
    upstream.route('x', 'here');
    const http = metadata();
    const ask = () => http.get(`${site}x`);
    const documents = await Promise.all([ask(), ask(), ask()]);
    expect(documents.map(({ text }) => text)).toEqual(['here', 'here', 'here']);
    await http.find(new URL(`${site}x#other`));
    expect(upstream.requests).toHaveLength(1);
  });

  test('does not stand for another address, kind, part or client, nor for a fresh one', async () => {
    upstream.route('x', 'here');
    const http = metadata();
    await http.get(`${site}x`);
    await http.get(`${site}x?y`);
    await http.get(`${site}x`, { accept: 'application/json' });
    await http.get(`${site}x`, { headBytes: 2 });
    await http.get(`${site}x`, { fresh: true });
    await metadata().get(`${site}x`);
    expect(upstream.requests).toHaveLength(6);
    expect(headersOf('cache-control')).toEqual([
      ...[undefined, undefined, undefined, undefined],
      'no-cache',
      undefined,
    ]);
  });

  test('that fails for the moment is asked again by the next caller', async () => {
    const http = metadata({ tuning: { attempts: 1 } });
    upstream.route('x', 'no', { status: 503 });
    await expect(http.get(`${site}x`)).rejects.toThrow('503');
    upstream.route('x', 'here');
    expect((await http.get(`${site}x`)).text).toBe('here');
  });

  test('of many runs beside three others of its origin at most', async () => {
    let running = 0;
    let most = 0;
    for (let i = 0; i < 12; i += 1) {
      upstream.route(`${i}`, async (_, response) => {
        running += 1;
        most = Math.max(most, running);
        // Long enough for every other request that is let through to arrive.
        for (let turn = 0; turn < 100; turn += 1) await setImmediate();
        running -= 1;
        response.end('x');
      });
    }
    const http = metadata({ tuning: { stallMs: 5000 } });
    await Promise.all(Array.from({ length: 12 }, (_, i) => http.get(`${site}${i}`)));
    expect(upstream.requests).toHaveLength(12);
    expect(most).toBe(4);
  });
});

test('a HEAD request gives status, headers and the final address', async () => {
  upstream.route('x', pattern(1234), { headers: { 'x-kind': 'disk' } });
  upstream.route('moved', (_, response) => {
    response.writeHead(302, { location: '/x' });
    response.end();
  });
  const http = metadata();
  const head = await http.head(`${site}moved`);
  expect(head.finalUrl.href).toBe(`${upstream.url}x`);
  expect(head).toMatchObject({
    status: 200,
    headers: { 'content-length': '1234', 'x-kind': 'disk' },
  });
  expect(upstream.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  expect(await http.head(`${site}missing`)).toMatchObject({ status: 404 });
  upstream.route('down', '', { status: 503 });
  await expect(http.head(`${site}down`)).rejects.toMatchObject({ details: { attempts: 3 } });
});

test('offline, nothing is asked', async () => {
  const http = client({ mirrors: mirrorOf(upstream), offline: true });
  const miss = { code: 'ERR_OFFLINE_MISS', message: expect.stringContaining(`${site}x`) };
  await expect(http.metadata.get(`${site}x`)).rejects.toMatchObject(miss);
  await expect(http.metadata.find(`${site}x`)).rejects.toMatchObject(miss);
  await expect(http.metadata.head(`${site}x`)).rejects.toMatchObject(miss);
  await expect(http.openBody(new URL(`${site}x`))).rejects.toMatchObject(miss);
  expect(upstream.requests).toHaveLength(0);
});
