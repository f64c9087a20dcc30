import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/kit.ts';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, collect, impatient, mirrorOf, pattern, site } from '../client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const http = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), ...options });
const disk = new URL(`${site}disk.img`);

describe('a body', () => {
  test('arrives unchanged, with its known facts', async () => {
    const bytes = pattern(300_000);
    upstream.route('disk.img', bytes, { etag: '"one"' });
    const body = await http().openBody(disk);
    expect(body.finalUrl.href).toBe(`${upstream.url}disk.img`);
    expect(body).toMatchObject({ mirrored: true, sizeBytes: 300_000 });
    expect(body.validators.etag).toBe('"one"');
    expect(Buffer.compare(await collect(body.chunks), bytes)).toBe(0);
    expect(upstream.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
    expect(upstream.requests[0]?.headers['range']).toBeUndefined();
  });

  test('may be empty, or of unknown length', async () => {
    upstream.route('disk.img', '');
    const empty = await http().openBody(disk);
    expect(empty.sizeBytes).toBe(0);
    expect(await collect(empty.chunks)).toHaveLength(0);
    upstream.route('disk.img', (_, response) => {
      response.write('abc');
      response.end('def');
    });
    const chunked = await http().openBody(disk);
    expect(chunked.sizeBytes).toBeUndefined();
    expect(chunked.validators).toEqual({});
    expect(Buffer.from(await collect(chunked.chunks)).toString()).toBe('abcdef');
  });

  test('that was changed on the way is refused, unread', async () => {
    upstream.route('disk.img', gzipSync('x'), { headers: { 'content-encoding': 'gzip' } });
    await expect(http().openBody(disk)).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      message: expect.stringContaining('content encoding gzip'),
    });
    expect(upstream.requests).toHaveLength(1);
    upstream.route('disk.img', 'x', { headers: { 'content-encoding': 'identity' } });
    await collect((await http().openBody(disk)).chunks);
  });

  test.each([403, 404, 416, 204, 206])('with status %s is not accepted', async (status) => {
    upstream.route('disk.img', status === 204 ? '' : '<html>', { status });
    await expect(http().openBody(disk)).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      details: { status, attempts: 1 },
    });
  });

  test('that fails before its first byte is requested again', async () => {
    let count = 0;
    upstream.route('disk.img', (_, response) => {
      count += 1;
      if (count === 1) response.destroy();
      else if (count === 2) {
        response.writeHead(200, { 'content-length': 4 });
        response.flushHeaders();
      } else if (count === 3) {
        response.writeHead(503);
        response.end();
      } else response.end('here');
    });
    const reasons: string[] = [];
    const onRetry = (event: { reason: string }) => reasons.push(event.reason);
    const body = await http({ onRetry, tuning: { attempts: 4, ...impatient } }).openBody(disk);
    expect(Buffer.from(await collect(body.chunks)).toString()).toBe('here');
    expect(reasons).toMatchObject([
      expect.stringContaining('cut'),
      expect.stringContaining('no byte for 0.3 s'),
      expect.stringContaining('503'),
    ]);
  });
});

test('a body comes from the end of its redirects, at any allowed speed', async () => {
  const bytes = pattern(1000);
  upstream.route('real.img', bytes, { bytesPerSecond: 5000 });
  upstream.route('disk.img', (_, response) => {
    response.writeHead(302, { location: '/real.img?token=1' });
    response.end();
  });
  const body = await http().openBody(disk);
  expect(body.finalUrl.href).toBe(`${upstream.url}real.img?token=1`);
  let chunks = 0;
  for await (const _ of body.chunks) chunks += 1;
  expect(chunks).toBeGreaterThan(1);
});

describe('size', () => {
  test('other than expected is an error before the first byte if it is declared', async () => {
    upstream.route('disk.img', pattern(10));
    for (const expectedBytes of [9, 11]) {
      await expect(http().openBody(disk, { expectedBytes })).rejects.toMatchObject({
        code: 'ERR_SIZE',
        details: { expected: String(expectedBytes), actual: '10' },
      });
    }
    expect(upstream.requests).toHaveLength(2);
  });

  test('other than expected is an error as soon as it shows if it is not declared', async () => {
    upstream.route('disk.img', (_, response) => {
      response.write(pattern(6));
      response.end(pattern(4));
    });
    const read = async (expectedBytes: number) =>
      await collect((await http().openBody(disk, { expectedBytes })).chunks);
    await expect(read(9)).rejects.toMatchObject({ code: 'ERR_SIZE' });
    await expect(read(11)).rejects.toMatchObject({
      code: 'ERR_SIZE',
      details: { expected: '11', actual: '10' },
    });
    expect(await read(10)).toHaveLength(10);
  });

  test('beyond the limit is refused, declared or not', async () => {
    const limits = { ...defaultLimits, downloadBytes: 200_000 };
    upstream.route('disk.img', pattern(200_001));
    const refusal = { code: 'ERR_LIMIT', details: { reason: 'limit', limit: 200_000 } };
    await expect(http({ limits }).openBody(disk)).rejects.toMatchObject(refusal);
    upstream.route('disk.img', (_, response) => {
      response.write(pattern(150_000));
      response.end(pattern(150_000));
    });
    const reading = http({ limits })
      .openBody(disk)
      .then(({ chunks }) => collect(chunks));
    await expect(reading).rejects.toMatchObject(refusal);
  });

  test('beyond the declared one never reaches the reader', async () => {
    upstream.route('disk.img', (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhereAND MORE\r\n\r\n');
    });
    const reading = http().openBody(disk);
    const outcome = await reading
      .then(({ chunks }) => collect(chunks))
      .then(
        (bytes) => Buffer.from(bytes).toString(),
        (error: unknown) => error,
      );
    // Node reports bytes after the body, unless the body was read before they arrived.
    if (outcome !== 'here') expect(outcome).toMatchObject({ code: 'ERR_NETWORK' });
  });
});

describe('an answer that is not HTTP', () => {
  test.each([
    ['at all', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    [
      'because of two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nhere',
    ],
    [
      'because of a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\nhere',
    ],
    ['because of a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n'],
    ['because of its length', 'HTTP/1.1 200 OK\r\ncontent-length: -4\r\n\r\nhere'],
    ['because of huge headers', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`],
  ])('%s is a network error', async (_, answer) => {
    upstream.route('disk.img', (_, response) => {
      response.socket?.write(answer);
    });
    const reading = http()
      .openBody(disk)
      .then(({ chunks }) => collect(chunks));
    await expect(reading).rejects.toMatchObject({ code: 'ERR_NETWORK', exitCode: 4 });
  });
});

describe('a slow reader', () => {
  test('slows the sender down instead of filling memory', async () => {
    let sent = 0;
    upstream.route('disk.img', (_, response) => {
      const block = pattern(65_536);
      const more = (): void => {
        do sent += block.length;
        while (!response.destroyed && response.write(block));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const body = await http().openBody(disk);
    let read = 0;
    for await (const chunk of body.chunks) {
      read += chunk.length;
      for (let turn = 0; turn < 300; turn += 1) await setImmediate();
      if (read > 512 * 1024) break;
    }
    // Bytes on the way are in the sockets' buffers, some megabytes on loopback.
    expect(sent - read).toBeLessThan(24 << 20);
  });

  test('is not a stall', async () => {
    const bytes = pattern(200_000);
    upstream.route('disk.img', bytes);
    const body = await http({ tuning: { attempts: 1, ...impatient } }).openBody(disk);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.chunks) {
      chunks.push(chunk);
      if (chunks.length === 1)
        await new Promise((resolve) => setTimeout(resolve, 2 * impatient.stallMs));
    }
    expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
  });

  test('that stops early closes the connection', async () => {
    let closed = 0;
    const gone = new Promise<void>((resolve) => {
      upstream.route('disk.img', (_, response) => {
        response.once('close', () => {
          closed += 1;
          if (closed === 2) resolve();
        });
        response.write(pattern(100_000));
      });
    });
    for await (const _ of (await http().openBody(disk)).chunks) break;
    (await http().openBody(disk)).close();
    await gone;
  });
});

test('mirrored() tells which addresses have a mirror', () => {
  expect(http().mirrored(disk)).toBe(true);
  expect(http().mirrored(new URL('https://other.example/'))).toBe(false);
});

test('a client with a bad mirror is refused immediately', () => {
  expect(() => client({ mirrors: { [site]: 'ftp://x/' } })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
  );
});
