import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { client, collect, mirrorOf, pattern, site } from './client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

/** Accepts connections and sends nothing, so that no TLS handshake completes. */
async function startSilentServer() {
  const server = createServer((socket) => socket.resume());
  const connection = new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `https://127.0.0.1:${port}/`, connection, close: () => server.close() };
}

/** Not even an Error: the reason of the caller is thrown unchanged. */
const reason = { because: 'enough' };
const patient = { stallMs: 60_000, connectMs: 60_000, backoffBaseMs: 60_000, backoffCapMs: 60_000 };

function started() {
  const controller = new AbortController();
  let arrived: (waiting: unknown) => void = () => {};
  const arrival = new Promise<unknown>((resolve) => {
    arrived = resolve;
  });
  const http = client({
    mirrors: mirrorOf(upstream),
    signal: controller.signal,
    tuning: { ...patient, perOrigin: 1 },
    onRetry: arrived,
  });
  return { controller, http, arrived, arrival };
}

describe.each(['a document', 'a body'])('an abort while %s', (kind) => {
  const get = async (http: ReturnType<typeof started>['http'], path: string) =>
    kind === 'a body'
      ? await collect((await http.openBody(new URL(site + path))).chunks)
      : await http.metadata.get(site + path);

  test('has not been requested', async () => {
    const { controller, http } = started();
    controller.abort(reason);
    await expect(get(http, 'x')).rejects.toBe(reason);
    expect(upstream.requests).toHaveLength(0);
  });

  test('is being requested', async () => {
    const { controller, http } = started();
    const getting = get(http, 'x');
    controller.abort(reason);
    await expect(getting).rejects.toBe(reason);
  });

  test('waits for a connection, which is dropped', async () => {
    const silent = await startSilentServer();
    const controller = new AbortController();
    const http = client({
      mirrors: { [site]: silent.url },
      signal: controller.signal,
      tuning: patient,
    });
    const getting = get({ ...http }, 'x');
    const socket = await silent.connection;
    controller.abort(reason);
    await expect(getting).rejects.toBe(reason);
    if (!socket.closed) await once(socket, 'close');
    silent.close();
  });

  test('waits for an answer, whose connection is closed', async () => {
    const { controller, http, arrived, arrival } = started();
    const closed = new Promise<void>((resolve) => {
      upstream.route('x', (_, response) => {
        response.once('close', resolve);
        arrived(undefined);
      });
    });
    const getting = get(http, 'x');
    await arrival;
    controller.abort(reason);
    await expect(getting).rejects.toBe(reason);
    await closed;
  });

  test('waits for more bytes', async () => {
    const { controller, http, arrived, arrival } = started();
    upstream.route('x', (_, response) => {
      response.writeHead(200, { 'content-length': 1000, etag: '"one"' });
      response.write(pattern(10));
      arrived(undefined);
    });
    const getting = get(http, 'x');
    await arrival;
    controller.abort(reason);
    await expect(getting).rejects.toBe(reason);
    expect(upstream.requests).toHaveLength(1);
  });

  test('waits for the text of an error', async () => {
    const { controller, http, arrived, arrival } = started();
    upstream.route('x', (_, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' });
      response.flushHeaders();
      arrived(undefined);
    });
    const getting = get(http, 'x');
    await arrival;
    controller.abort(reason);
    await expect(getting).rejects.toBe(reason);
  });

  test('waits for the next attempt', async () => {
    const { controller, http, arrival } = started();
    upstream.route('x', 'no', { status: 503 });
    const getting = get(http, 'x');
    await arrival;
    controller.abort(reason);
    await expect(getting).rejects.toBe(reason);
    expect(upstream.requests).toHaveLength(1);
  });
});

test('a handshake that never completes times out', async () => {
  const silent = await startSilentServer();
  const http = client({ tuning: { connectMs: 100, stallMs: 60_000, attempts: 1 } });
  await expect(http.metadata.get(silent.url)).rejects.toMatchObject({
    code: 'ERR_NETWORK',
    details: { errno: 'ETIMEDOUT' },
  });
  silent.close();
});

test('an abort while a document waits for its turn', async () => {
  const { controller, http, arrived, arrival } = started();
  upstream.route('first', () => arrived(undefined));
  const first = http.metadata.get(`${site}first`);
  const second = http.metadata.get(`${site}second`);
  await arrival;
  controller.abort(reason);
  await expect(second).rejects.toBe(reason);
  await expect(first).rejects.toBe(reason);
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/first']);
});

test('an abort between two chunks of a body', async () => {
  const { controller, http } = started();
  upstream.route('x', pattern(10_000_000));
  const body = await http.openBody(new URL(`${site}x`));
  const reading = (async () => {
    for await (const _ of body.chunks) controller.abort(reason);
  })();
  await expect(reading).rejects.toBe(reason);
});

describe('a caller of a shared request', () => {
  test('who aborts does not end the request of the others', async () => {
    const { http, arrived, arrival } = started();
    let answer: () => void = () => {};
    upstream.route('x', (_, response) => {
      answer = () => response.end('here');
      arrived(undefined);
    });
    const one = new AbortController();
    const first = http.metadata.get(`${site}x`, { signal: one.signal });
    const second = http.metadata.get(`${site}x`);
    await arrival;
    one.abort(reason);
    await expect(first).rejects.toBe(reason);
    answer();
    expect((await second).text).toBe('here');
    expect(upstream.requests).toHaveLength(1);
  });

  test('who is the last to abort ends it', async () => {
    const { http, arrived, arrival } = started();
    const closed = new Promise<void>((resolve) => {
      upstream.route('x', (_, response) => {
        response.once('close', resolve);
        arrived(undefined);
      });
    });
    const both = [new AbortController(), new AbortController()];
    const asking = both.map(({ signal }) => http.metadata.get(`${site}x`, { signal }));
    await arrival;
    both[0]?.abort(reason);
    both[1]?.abort('other');
    await expect(asking[0]).rejects.toBe(reason);
    await expect(asking[1]).rejects.toBe('other');
    await closed;
    upstream.route('x', 'here');
    expect((await http.metadata.get(`${site}x`)).text).toBe('here');
  });
});
