import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Body } from '../../../src/http/client.ts';
import {
  startUpstream,
  type Upstream,
  type UpstreamExchangeResponse,
} from '../../../src/testing/upstream.ts';
import { client, collect, mirrorOf, pattern, site } from '../client.ts';

const bytes = pattern(1000);
const disk = new URL(`${site}disk.img`);
const old = 'Tue, 06 Jan 2026 12:00:00 GMT';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const open = (options: object = {}): Promise<Body> =>
  client({ mirrors: mirrorOf(upstream) }).openBody(disk, { firstBytes: 300, ...options });
async function partOf(body: Body, start: number, end: number): Promise<Uint8Array> {
  if (body.part === undefined) throw new Error('no parts can be had');
  return await collect(body.part(start, end));
}
const ranges = () => upstream.requests.map(({ headers }) => headers['range']);

describe('the first part', () => {
  test('is requested alone, and gives the facts that the others need', async () => {
    upstream.route('disk.img', bytes, { etag: '"one"' });
    const body = await open();
    expect(body).toMatchObject({ sizeBytes: 1000, endBytes: 300, validators: { etag: '"one"' } });
    expect(Buffer.compare(await collect(body.chunks), bytes.subarray(0, 300))).toBe(0);
    expect(ranges()).toEqual(['bytes=0-299']);
  });

  test('of a short file is the whole of it', async () => {
    upstream.route('disk.img', bytes.subarray(0, 100), { etag: '"one"' });
    const body = await open();
    expect(body).toMatchObject({ sizeBytes: 100, endBytes: 100 });
    expect(await collect(body.chunks)).toHaveLength(100);
  });

  test('may begin where an earlier transfer stopped', async () => {
    upstream.route('disk.img', bytes, { etag: '"one"' });
    const resume = { position: 500, sizeBytes: 1000, validators: { etag: '"one"' } };
    const body = await open({ resume });
    expect(body.endBytes).toBe(800);
    expect(Buffer.compare(await collect(body.chunks), bytes.subarray(500, 800))).toBe(0);
    expect(upstream.requests[0]?.headers).toMatchObject({
      range: 'bytes=500-799',
      'if-range': '"one"',
    });
  });

  test('that was cut is continued to its end and no farther', async () => {
    let tries = 0;
    upstream.route('disk.img', (_, response) => {
      tries += 1;
      const from = tries === 1 ? 0 : 100;
      response.writeHead(206, { 'content-range': `bytes ${from}-299/1000`, etag: '"one"' });
      response.write(bytes.subarray(from, tries === 1 ? 100 : 300));
      if (tries === 1) setTimeout(() => response.destroy(), 20);
      else response.end();
    });
    expect(await collect((await open()).chunks)).toHaveLength(300);
    expect(ranges()).toEqual(['bytes=0-299', 'bytes=100-299']);
  });

  test('that is longer than announced is refused', async () => {
    upstream.route('disk.img', (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-299/1000', etag: '"one"' });
      response.end(bytes.subarray(0, 301));
    });
    const reading = open().then(({ chunks }) => collect(chunks));
    await expect(reading).rejects.toMatchObject({ code: 'ERR_SIZE' });
  });
});

describe('the whole file comes instead, once,', () => {
  const whole = async (requests: number): Promise<void> => {
    const body = await open();
    expect(body.endBytes).toBeUndefined();
    expect(Buffer.compare(await collect(body.chunks), bytes)).toBe(0);
    expect(upstream.requests).toHaveLength(requests);
  };

  test('if the server supports no ranges', async () => {
    upstream.route('disk.img', (_, response) => {
      response.writeHead(200, { 'content-length': 1000, etag: '"one"' });
      response.end(bytes);
    });
    await whole(1);
    expect((await open()).part).toBeUndefined();
  });

  const parts: [what: string, headers: Record<string, string>][] = [
    ['nothing recognises the file', { 'content-range': 'bytes 0-299/1000' }],
    ['its tag is weak', { 'content-range': 'bytes 0-299/1000', etag: 'W/"one"' }],
    ['the part is another', { 'content-range': 'bytes 1-299/1000', etag: '"one"' }],
    ['the part is longer than asked', { 'content-range': 'bytes 0-300/1000', etag: '"one"' }],
    ['the total is secret', { 'content-range': 'bytes 0-299/*', etag: '"one"' }],
    ['the range is not said', { etag: '"one"' }],
  ];
  test.each(parts)('if %s', async (_what, headers) => {
    upstream.route('disk.img', (request, response) => {
      if (request.headers['range'] === undefined) return void response.end(bytes);
      response.writeHead(206, headers);
      response.end(bytes.subarray(0, 300));
    });
    await whole(2);
    expect(ranges()).toEqual(['bytes=0-299', undefined]);
  });

  test('if the file is empty', async () => {
    upstream.route('disk.img', '', { etag: '"one"' });
    expect(await collect((await open()).chunks)).toHaveLength(0);
  });
});

test('a first part of another length than expected is refused immediately', async () => {
  upstream.route('disk.img', bytes, { etag: '"one"' });
  await expect(open({ expectedBytes: 999 })).rejects.toMatchObject({ code: 'ERR_SIZE' });
});

describe('another part', () => {
  test('comes in its own request, checked to be of the same file', async () => {
    upstream.route('disk.img', bytes, { etag: '"one"', lastModified: new Date(old) });
    const body = await open();
    const read = await Promise.all([partOf(body, 300, 600), partOf(body, 600, 1000)]);
    expect(Buffer.compare(Buffer.concat(read), bytes.subarray(300))).toBe(0);
    expect(upstream.requests.slice(1).map(({ headers }) => headers['if-range'])).toEqual([
      '"one"',
      '"one"',
    ]);
    expect(ranges().slice(1).sort()).toEqual(['bytes=300-599', 'bytes=600-999']);
  });

  test('is available for a body that came whole, if the server supports ranges', async () => {
    upstream.route('disk.img', bytes, { etag: '"one"' });
    const body = await open({ firstBytes: undefined });
    expect(await partOf(body, 10, 20)).toEqual(Buffer.from(bytes.subarray(10, 20)));
    body.close();
    upstream.route('disk.img', bytes, { etag: false, lastModified: false });
    expect((await open({ firstBytes: undefined })).part).toBeUndefined();
    upstream.route('disk.img', bytes, { etag: '"one"', headers: { 'accept-ranges': 'none' } });
    expect((await open({ firstBytes: undefined })).part).toBeUndefined();
  });

  test('is requested from the address of the first one', async () => {
    let links = 0;
    upstream.route('disk.img', (_, response) => {
      links += 1;
      response.writeHead(302, { location: `/link${links}` });
      response.end();
    });
    upstream.route('link1', bytes, { etag: '"one"' });
    const body = await open();
    await partOf(body, 300, 600);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/disk.img', '/link1', '/link1']);
  });

  type Respond = (response: UpstreamExchangeResponse) => void;
  const answer =
    (status: number, headers: Record<string, string>, body = bytes.subarray(300, 600)): Respond =>
    (response) => {
      response.writeHead(status, headers);
      response.end(body);
    };
  const range = 'bytes 300-599/1000';
  const wrong: [what: string, code: string, respond: Respond][] = [
    ['the whole', 'ERR_NETWORK', answer(200, { etag: '"one"' }, bytes)],
    ['no range', 'ERR_NETWORK', answer(416, {})],
    ['an earlier one', 'ERR_NETWORK', answer(206, { 'content-range': 'bytes 299-598/1000' })],
    ['a longer one', 'ERR_NETWORK', answer(206, { 'content-range': 'bytes 300-600/1000' })],
    ['one of a longer file', 'ERR_NETWORK', answer(206, { 'content-range': 'bytes 300-599/1001' })],
    ['one of another file', 'ERR_NETWORK', answer(206, { 'content-range': range, etag: '"two"' })],
    [
      'more than it says',
      'ERR_SIZE',
      answer(206, { 'content-range': range, etag: '"one"' }, bytes.subarray(300, 601)),
    ],
    [
      'a compressed one',
      'ERR_NETWORK',
      answer(206, { 'content-range': range, 'content-encoding': 'gzip' }),
    ],
    ['a page', 'ERR_HTTP_STATUS', answer(403, {})],
  ];
  test.each(wrong)('is an error if %s comes', async (_what, code, respond) => {
    upstream.route('disk.img', (request, response) => {
      if (request.headers['range'] === 'bytes=300-599') return respond(response);
      response.writeHead(206, { 'content-range': 'bytes 0-299/1000', etag: '"one"' });
      response.end(bytes.subarray(0, 300));
    });
    const body = await open();
    const reading = partOf(body, 300, 600);
    await expect(reading).rejects.toMatchObject({ code });
  });

  test('that comes in shorter ranges is put together', async () => {
    upstream.route('disk.img', (request, response) => {
      const [, from = ''] = /^bytes=(\d+)-/.exec(String(request.headers['range'])) ?? [];
      const start = Number(from);
      const end = Math.min(start + 100, start < 300 ? 300 : 600);
      const headers = { 'content-range': `bytes ${start}-${end - 1}/1000`, etag: '"one"' };
      response.writeHead(206, headers);
      response.end(bytes.subarray(start, end));
    });
    const body = await open();
    expect(await partOf(body, 300, 600)).toHaveLength(300);
  });

  test('ends with its own signal, and with that of the body', async () => {
    upstream.route('disk.img', (request, response) => {
      const isFirst = request.headers['range'] === 'bytes=0-299';
      const [from, to] = isFirst ? [0, 299] : [300, 599];
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/1000`, etag: '"one"' });
      if (isFirst) response.end(bytes.subarray(0, 300));
      else response.write(bytes.subarray(300, 310));
    });
    for (const which of ['own', 'body']) {
      const own = new AbortController();
      const all = new AbortController();
      const body = await open({ signal: all.signal });
      const part = body.part?.(300, 600, own.signal);
      const reason = new Error(which);
      const reading = (async () => {
        for await (const _ of part ?? []) (which === 'own' ? own : all).abort(reason);
      })();
      await expect(reading).rejects.toBe(reason);
    }
  });
});

describe('bytes from another address', () => {
  const resume = { position: 400, sizeBytes: 1000, validators: {}, judged: true };

  test('are continued without a validator, and only their length is compared', async () => {
    upstream.route('disk.img', bytes, { etag: '"other"' });
    const body = await open({ firstBytes: undefined, resume });
    expect(Buffer.compare(await collect(body.chunks), bytes.subarray(400))).toBe(0);
    expect(upstream.requests[0]?.headers).toMatchObject({ range: 'bytes=400-' });
    expect(upstream.requests[0]?.headers['if-range']).toBeUndefined();
    expect(body.validators).toMatchObject({ etag: '"other"' });
  });

  test('that are cut continue with the validator of this address', async () => {
    let tries = 0;
    upstream.route('disk.img', (_, response) => {
      tries += 1;
      const from = tries === 1 ? 400 : 500;
      response.writeHead(206, { 'content-range': `bytes ${from}-999/1000`, etag: '"other"' });
      response.write(bytes.subarray(from, tries === 1 ? 500 : 1000));
      if (tries === 1) setTimeout(() => response.destroy(), 20);
      else response.end();
    });
    const body = await open({ firstBytes: undefined, resume });
    expect(await collect(body.chunks)).toHaveLength(600);
    expect(upstream.requests[1]?.headers['if-range']).toBe('"other"');
  });

  test.each([999, 1001])('of %s bytes need a restart', async (length) => {
    upstream.route('disk.img', pattern(length));
    const opening = open({ firstBytes: undefined, resume });
    await expect(opening).rejects.toMatchObject({ details: { restart: true } });
  });
});
