import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { version } from '../../../src/version.ts';
import { client, mirrorOf, pattern, site } from '../client.ts';

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

  test('is requested with a user agent of the package, and no data of the caller', async () => {
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

  test('in a coding that was not requested is refused', async () => {
    upstream.route('a', 'x', { headers: { 'content-encoding': 'rot13' } });
    await expect(metadata().get(`${site}a`)).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });

  test('with an invalid address is refused', async () => {
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

describe('invalid JSON', () => {
  test.each([
    '<!DOCTYPE html><title>Back soon</title>',
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
    '\n<!-- a --><HTML lang="en">',
  ])('that is HTML is reported as such, with the mirror that answered: %s', async (html) => {
    upstream.route('a.json', html);
    const http = metadata();
    for (const read of [http.get, http.find]) {
      await expect(read(`${site}a.json?token=secret`)).rejects.toMatchObject({
        code: 'ERR_METADATA',
        message: expect.stringMatching(
          /^http:\/\/127\.0\.0\.1:\d+\/a\.json should be .*it is HTML/,
        ),
        details: { url: `${upstream.url}a.json` },
      });
    }
    const { text } = await http.get(`${site}a.json`, { page: true });
    expect(text).toBe(html);
  });

  test('that is something else is reported too', async () => {
    upstream.route('a.json', '{"cut":');
    const document = await metadata().get(`${site}a.json`);
    expect(() => document.json()).toThrow(
      expect.objectContaining({ code: 'ERR_METADATA', message: expect.not.stringMatching('HTML') }),
    );
  });
});

describe('one request', () => {
  test('serves all callers who want the same, in parallel and later', async () => {
    upstream.route('x', 'here');
    const http = metadata();
    const ask = () => http.get(`${site}x`);
    const documents = await Promise.all([ask(), ask(), ask()]);
    expect(documents.map(({ text }) => text)).toEqual(['here', 'here', 'here']);
    await http.find(new URL(`${site}x#other`));
    expect(upstream.requests).toHaveLength(1);
  });

  test('does not serve another address, kind, part or client, nor a fresh request', async () => {
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

  test('that failed is repeated for the next caller, while attempts are left', async () => {
    const http = metadata({ tuning: { attempts: 2 } });
    upstream.route('x', 'no', { status: 507 });
    upstream.route('y', 'no', { status: 507 });
    await expect(http.get(`${site}x`)).rejects.toThrow('507');
    upstream.route('x', 'here');
    expect((await http.get(`${site}x`)).text).toBe('here');
    for (let i = 0; i < 4; i += 1) await expect(http.get(`${site}y`)).rejects.toThrow('507');
    expect(upstream.requests.filter(({ path }) => path === '/y')).toHaveLength(2);
  });

  test('of many runs beside three others of its origin at most', async () => {
    let running = 0;
    let most = 0;
    for (let i = 0; i < 12; i += 1) {
      upstream.route(`${i}`, async (_, response) => {
        running += 1;
        most = Math.max(most, running);
        // Long enough for every other allowed request to arrive.
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

test('offline, nothing is requested', async () => {
  const http = client({ mirrors: mirrorOf(upstream), offline: true });
  const miss = { code: 'ERR_OFFLINE_MISS', message: expect.stringContaining(`${site}x`) };
  await expect(http.metadata.get(`${site}x`)).rejects.toMatchObject(miss);
  await expect(http.metadata.find(`${site}x`)).rejects.toMatchObject(miss);
  await expect(http.metadata.head(`${site}x`)).rejects.toMatchObject(miss);
  await expect(http.openBody(new URL(`${site}x`))).rejects.toMatchObject(miss);
  expect(upstream.requests).toHaveLength(0);
});
