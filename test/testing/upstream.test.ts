import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ 'ten.txt': '0123456789' });
});
afterEach(() => upstream.close());

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, upstream.url), { method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.end();
  });
}

test('an address ends in a slash and is loopback', () => {
  expect(upstream.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});

test('a fixed port is used, and is the same in every run', async () => {
  const port = Number(new URL(upstream.url).port);
  await expect(startUpstream({}, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await upstream.close();
  upstream = await startUpstream({ again: 'yes' }, { port });
  expect(upstream.url).toBe(`http://127.0.0.1:${port}/`);
  expect((await ask('again')).text).toBe('yes');
});

test('an unknown path is 404 in plain text', async () => {
  const reply = await ask('nothing?here');
  expect([reply.status, reply.headers['content-type']]).toEqual([404, 'text/plain']);
  expect(reply.text).toContain('/nothing?here');
});

test('every request is recorded', async () => {
  await ask('ten.txt?a=1', { 'x-test': 'yes' }, 'HEAD');
  expect(upstream.requests).toMatchObject([
    { method: 'HEAD', path: '/ten.txt?a=1', headers: { 'x-test': 'yes' } },
  ]);
});

test('a route may name a query, and may be replaced', async () => {
  upstream.route('/ten.txt?json', '[]');
  expect((await ask('ten.txt?json')).text).toBe('[]');
  expect((await ask('ten.txt?other')).text).toBe('0123456789');
  upstream.route('ten.txt', 'new');
  expect((await ask('ten.txt')).text).toBe('new');
});

describe('a body', () => {
  test('is sent for GET, announced for HEAD, refused for POST', async () => {
    const got = await ask('ten.txt');
    expect(got).toMatchObject({ status: 200, text: '0123456789' });
    expect(got.headers).toMatchObject({ 'content-length': '10', 'accept-ranges': 'bytes' });
    expect(got.headers['etag']).toMatch(/^"[0-9a-f]{32}"$/);
    const head = await ask('ten.txt', {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '10' } });
    expect((await ask('ten.txt', {}, 'POST')).status).toBe(405);
  });

  test('may be bytes, a file, empty', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rootdisk-upstream-'));
    const file = join(folder, 'disk');
    await writeFile(file, 'from a file');
    await utimes(file, 1_700_000_000, 1_700_000_000);
    upstream.route('file', { file });
    upstream.route('bytes', new Uint8Array([104, 105]));
    upstream.route('empty', '');
    const reply = await ask('file');
    expect(reply.text).toBe('from a file');
    expect(reply.headers['last-modified']).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
    expect((await ask('file', { range: 'bytes=5-' })).text).toBe('a file');
    expect((await ask('bytes')).text).toBe('hi');
    expect(await ask('empty')).toMatchObject({ status: 200, text: '' });
    await rm(folder, { recursive: true });
  });

  test('takes a status, headers and validators, or none', async () => {
    upstream.route('x', 'no', { status: 503, headers: { 'retry-after': '1' } });
    expect(await ask('x', { range: 'bytes=0-0' })).toMatchObject({
      status: 503,
      text: 'no',
      headers: { 'retry-after': '1' },
    });
    upstream.route('bare', 'x', { etag: false, lastModified: false });
    const { headers } = await ask('bare');
    expect([headers['etag'], headers['last-modified']]).toEqual([undefined, undefined]);
  });

  test('arrives as slowly as asked', async () => {
    upstream.route('slow', new Uint8Array(500), { bytesPerSecond: 2000 });
    const begun = performance.now();
    await ask('slow');
    expect(performance.now() - begun).toBeGreaterThan(200);
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('%s is served', async (range, text, contentRange) => {
    const reply = await ask('ten.txt', { range });
    expect(reply).toMatchObject({ status: 206, text });
    expect(reply.headers).toMatchObject({
      'content-range': contentRange,
      'content-length': String(text.length),
    });
  });

  test.each(['bytes=10-', 'bytes=-0'])('%s is not satisfiable', async (range) => {
    const reply = await ask('ten.txt', { range });
    expect([reply.status, reply.headers['content-range']]).toEqual([416, 'bytes */10']);
  });

  test.each(['bytes=0-1,3-4', 'bytes=5-3', 'bytes=-', 'items=0-1'])(
    '%s is ignored',
    async (range) => {
      expect(await ask('ten.txt', { range })).toMatchObject({ status: 200, text: '0123456789' });
    },
  );

  test('depends on If-Range', async () => {
    upstream.route('x', 'content', { etag: '"one"' });
    upstream.route('weak', 'content', { etag: 'W/"one"' });
    const { headers } = await ask('x');
    const range = 'bytes=3-';
    const status = async (path: string, condition: string) =>
      (await ask(path, { range, 'if-range': condition })).status;
    expect(await status('x', '"one"')).toBe(206);
    expect(await status('x', '"two"')).toBe(200);
    expect(await status('x', 'W/"one"')).toBe(200);
    expect(await status('weak', 'W/"one"')).toBe(200);
    expect(await status('x', String(headers['last-modified']))).toBe(206);
    expect(await status('x', 'Mon, 05 Jan 2026 12:00:00 GMT')).toBe(200);
  });
});

describe('a condition', () => {
  const lastModified = new Date('2026-01-06T12:00:00Z');
  const options = { etag: '"one"', lastModified };
  test.each([
    [{ 'if-none-match': '"one"' }, 304],
    [{ 'if-none-match': 'W/"one"' }, 304],
    [{ 'if-none-match': '"zero", "one"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"two"' }, 200],
    [{ 'if-none-match': '"two"', 'if-modified-since': lastModified.toUTCString() }, 200],
    [{ 'if-modified-since': lastModified.toUTCString() }, 304],
    [{ 'if-modified-since': 'Mon, 05 Jan 2026 12:00:00 GMT' }, 200],
    [{ 'if-modified-since': 'whenever' }, 200],
    [{}, 200],
  ])('%j is answered with %s', async (headers: Record<string, string>, status) => {
    upstream.route('x', 'content', options);
    const reply = await ask('x', headers);
    expect(reply).toMatchObject({ status, text: status === 304 ? '' : 'content' });
    expect(reply.headers['etag']).toBe('"one"');
  });
});

test('a handler may misbehave, and one that throws cuts the connection', async () => {
  upstream.route('odd', (_, response) => {
    response.socket?.write('HTTP/1.1 299 Odd\r\ncontent-length: 3\r\n\r\nodd');
  });
  upstream.route('broken', () => {
    throw new Error('broken');
  });
  upstream.route('later', () => Promise.reject(new Error('broken')));
  expect(await ask('odd')).toMatchObject({ status: 299, text: 'odd' });
  await expect(ask('broken')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(ask('later')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('close() cuts idle and busy connections', async () => {
  const { port } = new URL(upstream.url);
  const idle = connect(Number(port), '127.0.0.1');
  idle.resume();
  await new Promise((resolve) => idle.once('connect', resolve));
  const gone = new Promise((resolve) => idle.once('close', resolve));
  idle.on('error', () => {});
  upstream.route('hangs', () => {});
  const hanging = expect(ask('hangs')).rejects.toMatchObject({ code: 'ECONNRESET' });
  while (upstream.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await upstream.close();
  await Promise.all([gone, hanging]);
  await expect(ask('ten.txt')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('mirrorsFor() keeps the real addresses of a vendor', () => {
  const prefixes = ['https://cloud-images.ubuntu.com/', 'https://cdimage.debian.org/images/'];
  expect(mirrorsFor(upstream, prefixes)).toEqual({
    'https://cloud-images.ubuntu.com/': `${upstream.url}cloud-images.ubuntu.com/`,
    'https://cdimage.debian.org/images/': `${upstream.url}cdimage.debian.org/images/`,
  });
});
