import { afterEach, beforeEach, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, collect, mirrorOf, pattern, site } from '../client.ts';

const bytes = pattern(1000);
let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

/** The note of another process that was stopped. */
const resume = { position: 400, sizeBytes: 1000, validators: { etag: '"one"' } };
const open = (options = {}) =>
  client({ mirrors: mirrorOf(upstream) }).openBody(new URL(`${site}disk.img`), {
    resume,
    ...options,
  });

test('a body that another process began is continued', async () => {
  upstream.route('disk.img', bytes, { etag: '"one"' });
  const body = await open();
  expect(body.sizeBytes).toBe(1000);
  expect(body.validators).toEqual({ etag: '"one"' });
  expect(Buffer.compare(await collect(body.chunks), bytes.subarray(400))).toBe(0);
  expect(upstream.requests[0]?.headers).toMatchObject({ range: 'bytes=400-', 'if-range': '"one"' });
});

test('a body that changed since needs a restart', async () => {
  upstream.route('disk.img', bytes, { etag: '"two"' });
  await expect(open()).rejects.toMatchObject({ details: { restart: true } });
  expect(upstream.requests).toHaveLength(1);
});

test('a body of another size than expected is refused', async () => {
  upstream.route('disk.img', bytes, { etag: '"one"' });
  await expect(open({ expectedBytes: 999 })).rejects.toMatchObject({ code: 'ERR_SIZE' });
});
