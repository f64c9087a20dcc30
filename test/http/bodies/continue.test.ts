import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  startUpstream,
  type Upstream,
  type UpstreamExchangeResponse,
} from '../../../src/testing/upstream.ts';
import { client, collect, impatient, mirrorOf, pattern, site } from '../client.ts';

const bytes = pattern(1000);
const disk = new URL(`${site}disk.img`);
const old = 'Tue, 06 Jan 2026 12:00:00 GMT';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

type Respond = (response: UpstreamExchangeResponse) => void;

/** The first request is cut after 400 bytes; the later ones get the given answers in turn, the last one repeatedly. */
function cutThen(first: Record<string, string>, ...later: Respond[]): void {
  let count = 0;
  upstream.route('disk.img', (_, response) => {
    count += 1;
    if (count > 1) {
      later[Math.min(count - 2, later.length - 1)]?.(response);
      return;
    }
    response.writeHead(200, { 'content-length': 1000, ...first });
    response.write(bytes.subarray(0, 400));
    cutSoon(response);
  });
}

/** After the written bytes have been sent. */
function cutSoon(response: UpstreamExchangeResponse): void {
  response.flushHeaders();
  setImmediate(() => response.destroy());
}

const rest =
  (headers: Record<string, string> = {}, from = 400, to = 1000): Respond =>
  (response) => {
    const range = `bytes ${from}-${to - 1}/1000`;
    response.writeHead(206, { 'content-range': range, etag: '"one"', ...headers });
    response.end(bytes.subarray(from, to));
  };
const cut: Respond = (response) => {
  response.destroy();
};
const status =
  (code: number, headers: Record<string, string> = {}): Respond =>
  (response) => {
    response.writeHead(code, headers);
    response.end(code === 200 ? bytes : '');
  };

async function fetchDisk(options: Parameters<typeof client>[0] = {}): Promise<Uint8Array> {
  const body = await client({ mirrors: mirrorOf(upstream), ...options }).openBody(disk);
  return await collect(body.chunks);
}
const ranges = () => upstream.requests.map(({ headers }) => headers['range']);
const conditions = () => upstream.requests.map(({ headers }) => headers['if-range']);

describe('a cut body is continued', () => {
  test('on a strong ETag', async () => {
    cutThen({ etag: '"one"', 'last-modified': old }, rest());
    expect(Buffer.compare(await fetchDisk(), bytes)).toBe(0);
    expect(ranges()).toEqual([undefined, 'bytes=400-']);
    expect(conditions()).toEqual([undefined, '"one"']);
    expect(upstream.requests[1]?.headers['accept-encoding']).toBe('identity');
  });

  test('on an old Last-Modified', async () => {
    cutThen(
      { etag: 'W/"one"', 'last-modified': old },
      rest({ etag: 'W/"x"', 'last-modified': old }),
    );
    expect(Buffer.compare(await fetchDisk(), bytes)).toBe(0);
    expect(conditions()).toEqual([undefined, old]);
  });

  test('as often as needed, while bytes arrive', async () => {
    let at = 400;
    cutThen({ etag: '"one"' }, (response) => {
      const from = at;
      at += 40;
      response.writeHead(206, { 'content-range': `bytes ${from}-999/1000`, etag: '"one"' });
      response.write(bytes.subarray(from, at));
      if (at >= 1000) response.end();
      else cutSoon(response);
    });
    expect(Buffer.compare(await fetchDisk({ tuning: { attempts: 2 } }), bytes)).toBe(0);
    expect(upstream.requests).toHaveLength(16);
  });

  test('after shorter ranges than requested', async () => {
    cutThen({ etag: '"one"' }, rest({}, 400, 700), rest({}, 700));
    expect(Buffer.compare(await fetchDisk(), bytes)).toBe(0);
  });

  test('after temporary failures', async () => {
    cutThen({ etag: '"one"' }, status(503), cut, rest());
    const reasons: string[] = [];
    const onRetry = (event: { reason: string }) => reasons.push(event.reason);
    expect(Buffer.compare(await fetchDisk({ onRetry, tuning: { attempts: 4 } }), bytes)).toBe(0);
    expect(reasons).toHaveLength(3);
  });

  test('after a stall', async () => {
    let count = 0;
    upstream.route('disk.img', (_, response) => {
      count += 1;
      if (count > 1) {
        rest()(response);
        return;
      }
      response.writeHead(200, { 'content-length': 1000, etag: '"one"' });
      response.write(bytes.subarray(0, 400));
    });
    expect(Buffer.compare(await fetchDisk({ tuning: impatient }), bytes)).toBe(0);
  });

  test('if its length was not declared', async () => {
    let count = 0;
    upstream.route('disk.img', (_, response) => {
      count += 1;
      if (count > 1) {
        rest()(response);
        return;
      }
      response.writeHead(200, { etag: '"one"' });
      response.write(bytes.subarray(0, 400));
      cutSoon(response);
    });
    expect(Buffer.compare(await fetchDisk(), bytes)).toBe(0);
  });
});

describe('a cut body that was redirected', () => {
  /** `disk.img` leads to `link<n>`, a new n each time. */
  function links(): void {
    let count = 0;
    upstream.route('disk.img', (_, response) => {
      count += 1;
      response.writeHead(302, { location: `/link${count}` });
      response.end();
    });
  }
  const cutOnce = (then: Respond) => {
    let count = 0;
    upstream.route('link1', (_, response) => {
      count += 1;
      if (count > 1) {
        then(response);
        return;
      }
      response.writeHead(200, { 'content-length': 1000, etag: '"one"' });
      response.write(bytes.subarray(0, 400));
      cutSoon(response);
    });
  };
  const paths = () => upstream.requests.map(({ path }) => path);

  test('is continued at its final address', async () => {
    links();
    cutOnce(rest());
    expect(Buffer.compare(await fetchDisk(), bytes)).toBe(0);
    expect(paths()).toEqual(['/disk.img', '/link1', '/link1']);
  });

  test.each([403, 503])(
    'is continued from the first address if the final one gives %s',
    async (code) => {
      links();
      cutOnce(status(code));
      upstream.route('link2', bytes, { etag: '"one"' });
      expect(Buffer.compare(await fetchDisk(), bytes)).toBe(0);
      expect(paths()).toEqual(['/disk.img', '/link1', '/link1', '/disk.img', '/link2']);
    },
  );
});

describe('a cut body needs a restart', () => {
  const changed: [string, Record<string, string>, Respond][] = [
    ['when the whole file is sent again', { etag: '"one"' }, status(200, { etag: '"two"' })],
    [
      'when the range is refused',
      { etag: '"one"' },
      status(416, { 'content-range': 'bytes */1000' }),
    ],
    ['when another range is sent', { etag: '"one"' }, rest({}, 399)],
    ['when the file grew', { etag: '"one"' }, rest({ 'content-range': 'bytes 400-999/1001' })],
    [
      'when the total is kept secret',
      { etag: '"one"' },
      rest({ 'content-range': 'bytes 400-999/*' }),
    ],
    ['when the range is not said', { etag: '"one"' }, status(206)],
    ['when the ETag changed', { etag: '"one"' }, rest({ etag: '"two"' })],
    [
      'when the date changed',
      { 'last-modified': old },
      rest({ etag: '"x"', 'last-modified': 'Wed, 07 Jan 2026 12:00:00 GMT' }),
    ],
  ];
  test.each(changed)('%s', async (_, first, then) => {
    cutThen(first, then);
    await expect(fetchDisk()).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      details: { restart: true, receivedBytes: 400, expectedBytes: 1000 },
    });
    expect(upstream.requests).toHaveLength(2);
  });

  test.each([
    ['no validator', {}],
    ['a weak one', { etag: 'W/"one"' }],
    ['one that is too recent', { 'last-modified': new Date().toUTCString() }],
  ])('with %s, without a request', async (_, first: Record<string, string>) => {
    cutThen(first, rest());
    await expect(fetchDisk()).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      details: { restart: true, receivedBytes: 400, expectedBytes: 1000, errno: 'ECONNRESET' },
    });
    expect(upstream.requests).toHaveLength(1);
  });

  test('after a stall too', async () => {
    upstream.route('disk.img', (_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write(bytes.subarray(0, 400));
    });
    await expect(fetchDisk({ tuning: impatient })).rejects.toMatchObject({
      code: 'ERR_STALLED',
      details: { restart: true, ...impatient },
    });
  });

  test('if its end is not marked and bytes are missing', async () => {
    upstream.route('disk.img', (_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nonly this');
      setImmediate(() => response.destroy());
    });
    const http = client({ mirrors: mirrorOf(upstream) });
    const reading = http.openBody(disk, { expectedBytes: 1000 });
    await expect(reading.then(({ chunks }) => collect(chunks))).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      details: { restart: true, receivedBytes: 9, expectedBytes: 1000 },
    });
  });
});

describe('a cut body is given up', () => {
  test('if nothing more arrives', async () => {
    cutThen({ etag: '"one"' }, cut);
    const error = await fetchDisk().catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: 'ERR_NETWORK',
      details: { attempts: 3, receivedBytes: 400 },
    });
    expect(error).not.toMatchObject({ details: { restart: true } });
    expect(upstream.requests).toHaveLength(3);
  });

  test('if the file is gone', async () => {
    cutThen({ etag: '"one"' }, status(404));
    await expect(fetchDisk()).rejects.toMatchObject({ details: { status: 404 } });
  });

  test('if the rest has another length than announced', async () => {
    cutThen({ etag: '"one"' }, (response) => {
      response.writeHead(206, { 'content-range': 'bytes 400-999/1000', etag: '"one"' });
      response.end(bytes.subarray(399));
    });
    await expect(fetchDisk()).rejects.toMatchObject({ code: 'ERR_SIZE' });
  });

  test('if the rest is compressed', async () => {
    cutThen({ etag: '"one"' }, rest({ 'content-encoding': 'gzip' }));
    await expect(fetchDisk()).rejects.toMatchObject({ details: { field: 'content-encoding' } });
  });
});
