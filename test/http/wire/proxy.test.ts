import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Warning } from '../../../src/kit.ts';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, mirrorOf, site } from '../client.ts';
import { makeCertificate, startTlsServer } from './tls-server.ts';

const identity = makeCertificate();

interface Seen {
  method: string;
  target: string;
  authorization: string | undefined;
}

let upstream: Upstream;
let proxy: Server;
let sockets: Set<Socket>;
let seen: Seen[];
/** The answer to CONNECT. */
let tunnel: string;
let proxyPort: number;
/** Every host is this port of this machine; a proxy may decide that. */
let realPort: number;

beforeEach(async () => {
  upstream = await startUpstream({ x: 'here' });
  realPort = Number(new URL(upstream.url).port);
  seen = [];
  sockets = new Set();
  tunnel = '200 OK';
  proxy = createServer((request, response) => {
    const target = request.url ?? '';
    seen.push({ method: request.method ?? '', target, authorization: authorization(request) });
    const { pathname } = new URL(target);
    if (pathname === '/inside') {
      response.writeHead(302, { location: `${upstream.url}x` }).end();
    } else if (pathname === '/denied') {
      response.writeHead(407, { 'content-type': 'text/html' }).end('<html>');
    } else {
      response.end('from the proxy');
    }
  });
  proxy.on('connect', (request, socket: Socket) => {
    const target = request.url ?? '';
    seen.push({ method: 'CONNECT', target, authorization: authorization(request) });
    if (tunnel === 'silence') return;
    socket.write(`HTTP/1.1 ${tunnel}\r\n\r\n`);
    if (!tunnel.startsWith('200')) {
      socket.end();
      return;
    }
    const onward = connect(realPort, '127.0.0.1');
    sockets.add(onward);
    onward.pipe(socket).pipe(onward);
    for (const end of [onward, socket]) end.on('error', () => end.destroy());
  });
  proxy.on('connection', (socket) => {
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  proxyPort = (proxy.address() as AddressInfo).port;
  for (const name of [
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'HTTPS_PROXY',
    'NO_PROXY',
    'all_proxy',
    'ALL_PROXY',
  ]) {
    vi.stubEnv(name, '');
  }
  vi.stubEnv('HTTP_PROXY', `http://me:secret@127.0.0.1:${proxyPort}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await upstream.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

function authorization(request: { headers: NodeJS.Dict<string | string[]> }): string | undefined {
  const value = request.headers['proxy-authorization'];
  return value === undefined ? undefined : String(value);
}

const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
const plain = (options: Parameters<typeof client>[0] = {}) =>
  client({ allowPlain: true, ...options });

describe('plain http', () => {
  test('goes through the proxy of the environment', async () => {
    const document = await plain().metadata.get('http://public.test/x');
    expect(document.text).toBe('from the proxy');
    expect(seen).toEqual([{ method: 'GET', target: 'http://public.test/x', authorization: basic }]);
  });

  test('to a mirror does too', async () => {
    await client({ mirrors: mirrorOf(upstream) }).metadata.get(`${site}x`);
    expect(seen.map(({ target }) => target)).toEqual([`${upstream.url}x`]);
  });

  test('does not for hosts in NO_PROXY', async () => {
    vi.stubEnv('NO_PROXY', 'other.test,127.0.0.1');
    const document = await client({ mirrors: mirrorOf(upstream) }).metadata.get(`${site}x`);
    expect(document.text).toBe('here');
    expect(seen).toEqual([]);
    expect(upstream.requests[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  test('is not led from a public name into private addresses', async () => {
    await expect(plain().metadata.get('http://public.test/inside')).rejects.toMatchObject({
      code: 'ERR_REDIRECT',
      message: expect.stringMatching(
        /^http:\/\/public\.test\/inside redirects to a private address/,
      ),
      details: { location: `${upstream.url}x` },
    });
    expect(upstream.requests).toHaveLength(0);
    expect(seen).toHaveLength(1);
  });

  test('is led there if the caller named the place', async () => {
    const mirrors = { [site]: upstream.url };
    const document = await plain({ mirrors }).metadata.get('http://public.test/inside');
    expect(document).toMatchObject({ mirrored: true });
  });
});

describe('an error', () => {
  test('of the proxy names it, without its credentials', async () => {
    const error = await plain()
      .metadata.get('http://public.test/denied')
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'ERR_HTTP_STATUS',
      message: expect.stringContaining(`(through the proxy 127.0.0.1:${proxyPort})`),
      hint: expect.stringContaining('credentials'),
      details: { status: 407, proxy: `127.0.0.1:${proxyPort}` },
    });
    expect(JSON.stringify(error)).not.toContain('secret');
    await expect(plain().metadata.find('http://public.test/denied')).rejects.toThrow('407');
  });

  test('of an unreachable proxy names it', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://me:secret@127.0.0.1:1');
    const error = await plain()
      .metadata.get('http://public.test/x')
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'ERR_NETWORK',
      hint: expect.stringContaining('NO_PROXY'),
      details: { proxy: '127.0.0.1:1', errno: 'ECONNREFUSED', attempts: 3 },
    });
    expect(`${error instanceof Error ? error.stack : ''}`).not.toContain('secret');
  });

  test('of the variable itself says that the caller must correct it', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://me:secret@[');
    const error = await plain()
      .metadata.get('http://public.test/x')
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_INVALID_REQUEST', exitCode: 2 });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});

describe('a variable', () => {
  test('without a scheme is a proxy by http', async () => {
    vi.stubEnv('HTTP_PROXY', `me:secret@127.0.0.1:${proxyPort}`);
    await plain().metadata.get('http://public.test/x');
    expect(seen).toEqual([{ method: 'GET', target: 'http://public.test/x', authorization: basic }]);
  });

  test('for all schemes is used if the one of the scheme is not set', async () => {
    vi.stubEnv('HTTP_PROXY', '');
    vi.stubEnv('ALL_PROXY', `127.0.0.1:${proxyPort}`);
    await plain().metadata.get('http://public.test/x');
    expect(seen.map(({ target }) => target)).toEqual(['http://public.test/x']);
  });

  test('lists hosts by their domain and by their block of addresses', async () => {
    vi.stubEnv('NO_PROXY', 'other.test 127.0.0.0/8');
    const document = await client({ mirrors: mirrorOf(upstream) }).metadata.get(`${site}x`);
    expect(document.text).toBe('here');
    expect(seen).toEqual([]);
  });

  test('with another kind of proxy is a warning, once, if it would be used', async () => {
    vi.stubEnv('HTTP_PROXY', 'socks5://me:secret@proxy.example:1080');
    const warnings: Warning[] = [];
    const http = client({ mirrors: mirrorOf(upstream), warn: (one) => warnings.push(one) });
    expect(warnings).toEqual([]);
    await http.metadata.get(`${site}x`);
    await http.metadata.get(`${site}x?again`);
    const message = 'HTTP_PROXY is ignored: only http and https proxies are supported';
    expect(warnings).toEqual([{ code: 'proxy', message }]);
    const warned = http.logged.filter(({ level }) => level === 'warn');
    expect(warned).toMatchObject([{ message }]);
  });
});

describe.skipIf(identity === undefined)('https', () => {
  const ca = [identity?.cert ?? ''];
  beforeEach(() => vi.stubEnv('HTTPS_PROXY', `http://me:secret@127.0.0.1:${proxyPort}`));

  test('goes through a tunnel, to the host that the certificate names', async () => {
    const server = await startTlsServer(identity ?? { key: '', cert: '' }, (_, response) =>
      response.end('here'),
    );
    realPort = Number(new URL(server.url).port);
    const http = client({ ca });
    expect((await http.metadata.get('https://images.test/x')).text).toBe('here');
    expect(seen).toEqual([{ method: 'CONNECT', target: 'images.test:443', authorization: basic }]);
    await expect(http.metadata.get('https://other.test/x')).rejects.toMatchObject({
      details: { errno: 'ERR_TLS_CERT_ALTNAME_INVALID', proxy: `127.0.0.1:${proxyPort}` },
    });
    await server.close();
  });

  test.each([
    ['403 Forbidden', 1],
    ['407 Proxy Authentication Required', 1],
    ['502 Bad Gateway', 3],
  ])('that the proxy answers with %s fails after %s attempts', async (answer, attempts) => {
    tunnel = answer;
    const error = await client({ ca })
      .metadata.get('https://images.test/x')
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'ERR_NETWORK',
      message: expect.stringContaining('did not open a tunnel'),
      details: { errno: 'ERR_PROXY_TUNNEL', proxy: `127.0.0.1:${proxyPort}`, attempts },
      cause: { message: expect.stringContaining(answer) },
    });
    expect(`${error instanceof Error ? error.stack : ''} ${JSON.stringify(error)}`).not.toContain(
      'secret',
    );
    expect(seen).toHaveLength(attempts);
  });

  test('that the proxy never answers times out', async () => {
    tunnel = 'silence';
    const http = client({ ca, tuning: { connectMs: 100, attempts: 2 } });
    await expect(http.metadata.get('https://images.test/x')).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      details: { proxy: `127.0.0.1:${proxyPort}`, attempts: 2 },
    });
  });

  test('that the proxy never answers can be aborted', async () => {
    tunnel = 'silence';
    const controller = new AbortController();
    const http = client({ ca, signal: controller.signal, tuning: { connectMs: 60_000 } });
    const asked = new Promise((resolve) => proxy.once('connect', resolve));
    const getting = http.metadata.get('https://images.test/x');
    await asked;
    controller.abort('enough');
    await expect(getting).rejects.toBe('enough');
  });
});
