import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BlobRange } from '../../../src/oci/client/registry-client.ts';
import {
  startUpstream,
  type Upstream,
  type UpstreamHandler,
} from '../../../src/testing/upstream.ts';
import { collect, pattern } from '../../http/client.ts';
import { blobPath, readerOf, sha256Of } from './reading.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const bytes = pattern(5000);
const digest = sha256Of(bytes);
const read = (range?: BlobRange) => collect(readerOf(upstream).readBlob(digest, range));
const ranges = () => upstream.requests.map(({ headers }) => headers['range']);

/** Sends this many bytes of the whole, with or without range support, and cuts the connection. */
const cutAt =
  (count: number, headers = {}): UpstreamHandler =>
  (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length, ...headers });
    response.write(bytes.subarray(0, count));
    setTimeout(() => response.destroy(), 20);
  };

test.each([
  [undefined, 0, 5000],
  [{ start: 0, end: 10 }, 0, 10],
  [{ start: 100 }, 100, 5000],
  [{ start: 100, end: 200, sizeBytes: 5000 }, 100, 200],
  [{ start: 4990, end: 6000 }, 4990, 5000],
])('the range %j is bytes %d to %d', async (range, start, end) => {
  upstream.route(blobPath(digest), bytes);
  expect(sha256Of(await read(range))).toBe(sha256Of(bytes.subarray(start, end)));
});

test('a blob of another length is refused before its bytes are given', async () => {
  upstream.route(blobPath(digest), bytes);
  await expect(read({ sizeBytes: 4999 })).rejects.toMatchObject({ code: 'ERR_SIZE' });
  await expect(read({ sizeBytes: 4999, start: 10 })).rejects.toMatchObject({ code: 'ERR_SIZE' });
});

test.each([[{ etag: '"one"' }], [{}]])(
  'an interrupted blob is continued from there (%j)',
  async (headers) => {
    upstream.route(blobPath(digest), (request, response) => {
      if (upstream.requests.length === 1) return cutAt(3000, headers)(request, response);
      upstream.route(blobPath(digest), bytes, { etag: '"one"' });
      const part = bytes.subarray(3000);
      const range = 'bytes 3000-4999/5000';
      response.writeHead(206, {
        'content-range': range,
        'content-length': part.length,
        ...headers,
      });
      response.end(part);
    });
    expect(sha256Of(await read())).toBe(digest);
    expect(ranges()).toEqual([undefined, 'bytes=3000-']);
  },
);

test('a server that sends the whole instead of the rest is read from the start again', async () => {
  upstream.route(blobPath(digest), (request, response) => {
    if (upstream.requests.length === 1) return cutAt(3000)(request, response);
    response.writeHead(200, { 'content-length': bytes.length });
    response.end(bytes);
  });
  expect(sha256Of(await read())).toBe(digest);
  expect(ranges()).toEqual([undefined, 'bytes=3000-', undefined]);
});

test('a server without ranges serves a part of a blob too', async () => {
  upstream.route(blobPath(digest), (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.end(bytes);
  });
  expect(sha256Of(await read({ start: 50, end: 60 }))).toBe(sha256Of(bytes.subarray(50, 60)));
});

test('a server that always cuts is given up', async () => {
  upstream.route(blobPath(digest), cutAt(3000));
  await expect(read()).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  expect(upstream.requests.length).toBeLessThan(10);
});

test('an expired storage address is requested again from the registry', async () => {
  const storage = await startUpstream();
  try {
    let signed = 0;
    upstream.route(blobPath(digest), (_, response) => {
      signed += 1;
      response.writeHead(307, { location: `${storage.url}blob?signature=${signed}` });
      response.end();
    });
    storage.route('blob?signature=1', (request, response) => {
      storage.route('blob?signature=1', 'expired', { status: 403 });
      return cutAt(3000, { etag: '"one"' })(request, response);
    });
    storage.route('blob?signature=2', bytes, { etag: '"one"' });
    expect(sha256Of(await read({ sizeBytes: 5000 }))).toBe(digest);
    expect(storage.requests.map(({ path }) => path)).toEqual([
      '/blob?signature=1',
      '/blob?signature=1',
      '/blob?signature=2',
    ]);
  } finally {
    await storage.close();
  }
});

test('an abort ends a blob with its own reason', async () => {
  const stop = new AbortController();
  upstream.route(blobPath(digest), bytes, { bytesPerSecond: 1000 });
  const reading = read({ signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(reading).rejects.toThrow('enough');
});
