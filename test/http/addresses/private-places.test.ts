import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, collect, mirrorOf, site } from '../client.ts';

let upstream: Upstream;
let inside: Server;
let connections: number;
let port: number;

beforeEach(async () => {
  upstream = await startUpstream({ 'index.json': '{}', x: 'here' });
  connections = 0;
  inside = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    inside.listen(0, '127.0.0.1', resolve);
  });
  port = (inside.address() as AddressInfo).port;
});
afterEach(async () => {
  await upstream.close();
  await new Promise((resolve) => inside.close(resolve));
});

const refused = { code: 'ERR_METADATA', message: expect.stringContaining('private address') };
const call = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), tuning: { attempts: 1 }, ...options });

describe('after a document of a public host', () => {
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433'];
  test.each(hosts)('%s is not requested, for documents, heads and files', async (host) => {
    const http = call();
    await http.metadata.get(`${site}index.json`);
    const url = new URL(`https://${host}:${port}/x?token=secret`);
    const asked = [
      http.metadata.get(url),
      http.metadata.find(url),
      http.metadata.find(url, { fresh: true }),
      http.metadata.head(url),
      http.openBody(url),
    ];
    for (const answer of asked) {
      await expect(answer).rejects.toMatchObject(refused);
      await expect(answer).rejects.not.toThrow('secret');
    }
    expect(connections).toBe(0);
  });

  test('not for a digest either, over plain http', async () => {
    const http = call({ allowPlain: true });
    await http.metadata.get(`${site}index.json`);
    await expect(http.openBody(new URL(`http://127.0.0.1:${port}/`))).rejects.toMatchObject(
      refused,
    );
    expect(connections).toBe(0);
  });

  test('a private place that the caller named is requested', async () => {
    const url = new URL(`https://127.0.0.1:${port}/x`);
    const ways = [
      call({ named: [url.href] }),
      call({ named: ['acme:1', `https://127.0.0.1:${port}/other/`] }),
      call({ mirrors: { ...mirrorOf(upstream), 'https://other.example/': `${url.origin}/` } }),
    ];
    for (const http of ways) {
      await http.metadata.get(`${site}index.json`);
      await expect(http.openBody(url)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    }
    expect(connections).toBe(ways.length);
  });

  test('a mirror on a private address replaces public ones as before', async () => {
    const http = call();
    await http.metadata.get(`${site}index.json`);
    const body = await http.openBody(new URL(`${site}x`));
    expect(Buffer.from(await collect(body.chunks)).toString()).toBe('here');
  });
});

test('the first document may be on a private host, and so may addresses in its content', async () => {
  const http = client({ allowPlain: true, tuning: { attempts: 1 } });
  await http.metadata.get(`${upstream.url}index.json`);
  const named = new URL(`http://localhost:${port}/`);
  await expect(http.openBody(named)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  expect(connections).toBe(1);
});

test('a private host that was requested first stays allowed beside a public one', async () => {
  const http = call({ allowPlain: true });
  await http.metadata.get(`${upstream.url}index.json`);
  await http.metadata.get(`${site}index.json`);
  expect((await http.metadata.get(`${upstream.url}x`)).text).toBe('here');
});
