import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultLimits } from '../../../src/kit.ts';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, collect, mirrorOf, site } from '../client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

test('a server that sends single bytes is given up after some attempts', async () => {
  upstream.route('disk.img', async (request, response) => {
    const from = Number(/\d+/.exec(String(request.headers['range']))?.[0] ?? 0);
    const total = 1_000_000;
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"1"',
      'content-length': total - from,
      'content-range': `bytes ${from}-${total - 1}/${total}`,
    });
    while (!response.destroyed) {
      response.write('x');
      await wait(5);
    }
  });
  const limits = { ...defaultLimits, leastBytesPerSecond: 1_000_000 };
  const http = client({ mirrors: mirrorOf(upstream), limits, tuning: { paceMs: 60, attempts: 3 } });
  const body = await http.openBody(new URL('disk.img', site));
  await expect(collect(body.chunks)).rejects.toMatchObject({
    code: 'ERR_STALLED',
    hint: expect.stringContaining('--limit leastBytesPerSecond'),
    details: { stallMs: 60 },
  });
  // Each of them brought bytes, but that did not reset the count.
  expect(upstream.requests).toHaveLength(3);
});
