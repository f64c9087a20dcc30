import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal } from '../../../src/kit.ts';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, impatient, mirrorOf, site } from '../client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const metadata = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), ...options }).metadata;

describe('a bad status', () => {
  test('of a missing document is undefined for find, and an error for get', async () => {
    const http = metadata();
    expect(await http.find(`${site}missing`)).toBeUndefined();
    await expect(http.get(`${site}missing`)).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      message: expect.stringContaining('404 Not Found'),
      details: { status: 404, attempts: 1, url: `${upstream.url}missing` },
    });
    expect(upstream.requests).toHaveLength(1);
  });

  test('410 is undefined for find', async () => {
    upstream.route('x', 'no', { status: 410 });
    expect(await metadata().find(`${site}x`)).toBeUndefined();
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([400, 401, 402, 403, 405, 407, 418, 451])(
    '%s does not count as missing',
    async (status) => {
      upstream.route('x', 'no', { status });
      const http = metadata();
      const refused = await http.find(`${site}x`).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'ERR_HTTP_STATUS',
        exitCode: 4,
        message: expect.stringContaining(`${upstream.url}x: ${status}`),
        details: { status, url: `${upstream.url}x` },
      });
      expect(isRefusal(refused)).toBe([401, 402, 403, 407, 451].includes(status));
      await expect(http.find(`${site}x`)).rejects.toMatchObject({ details: { status } });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  test('403 counts as missing for a caller whose file store says so, and for no other', async () => {
    upstream.route('disk.sha256', 'no', { status: 403 });
    const http = metadata();
    expect(await http.find(`${site}disk.sha256`, { absent: [403] })).toBeUndefined();
    await expect(http.find(`${site}disk.sha256`)).rejects.toMatchObject({
      details: { status: 403 },
    });
    expect(upstream.requests).toHaveLength(1);
    upstream.route('other.sha256', 'no', { status: 401 });
    const other = http.find(`${site}other.sha256`, { absent: [403] });
    await expect(other).rejects.toMatchObject({ details: { status: 401 } });
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

  test.each([204, 206, 300, 304, 501])('%s is an error immediately', async (status) => {
    upstream.route('x', status === 204 || status === 304 ? '' : 'no', { status });
    await expect(metadata().find(`${site}x`)).rejects.toMatchObject({ details: { status } });
    expect(upstream.requests).toHaveLength(1);
  });

  test.each([
    ['declared', 'nothing to see', { 'content-type': 'text/html; charset=utf-8' }],
    ['seen', '\n<!-- portal -->\n<html lang="en">', { 'content-type': 'application/octet-stream' }],
  ])('with an HTML page (%s) is reported as such', async (_, body, headers) => {
    upstream.route('x', body, { status: 403, headers });
    await expect(metadata().get(`${site}x`)).rejects.toMatchObject({
      message: expect.stringMatching(/403 Forbidden and an HTML page/),
      hint: expect.stringMatching(/browser/),
    });
  });

  test('is reported even if its page never ends', async () => {
    upstream.route('x', (_, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' });
      response.flushHeaders();
    });
    const http = metadata({ tuning: impatient });
    await expect(http.get(`${site}x`)).rejects.toMatchObject({ details: { status: 403 } });
  });
});

describe('another attempt', () => {
  test('follows a temporary failure, and is reported', async () => {
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
    expect((await metadata({ tuning: impatient }).get(`${site}x`)).text).toBe('here');
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

  test('waits as long as a registry asks in its answer', async () => {
    let first: number | undefined;
    let waited = 0;
    upstream.route('x', (_, response) => {
      if (first === undefined) {
        first = performance.now();
        response.writeHead(429);
        return void response.end('retry-after: 1.02s, allowed: 44000/minute');
      }
      waited = performance.now() - first;
      return void response.end('here');
    });
    await metadata().get(`${site}x`);
    expect(waited).toBeGreaterThanOrEqual(950);
  });

  test('fails too where no server listens', async () => {
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

  test('fails too where no server answers', async () => {
    upstream.route('x', () => {});
    const http = metadata({ tuning: impatient });
    await expect(http.get(`${site}x`)).rejects.toMatchObject({
      code: 'ERR_STALLED',
      details: { attempts: 3, ...impatient },
    });
    expect(upstream.requests).toHaveLength(3);
  });
});
