import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { client, collect } from '../client.ts';
import { makeCertificate, startTlsServer, type TlsServer } from './tls-server.ts';

const identity = makeCertificate();
const cert = identity?.cert ?? '';

describe.skipIf(identity === undefined)('over TLS', () => {
  let server: TlsServer;
  let listener: RequestListener = () => {};
  let failures = 0;
  beforeAll(async () => {
    server = await startTlsServer(identity ?? { key: '', cert: '' }, (...exchange) =>
      listener(...exchange),
    );
    server.server.on('tlsClientError', () => {
      failures += 1;
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    failures = 0;
    listener = (_, response) => response.end('here');
  });
  afterEach(() => vi.unstubAllEnvs());

  test('an additional authority is trusted, together with the usual ones', async () => {
    const http = client({ ca: [cert] });
    const document = await http.metadata.get(`${server.url}x`);
    expect(document).toMatchObject({ text: 'here', mirrored: false });
    const body = await http.openBody(new URL(`${server.url}x`));
    expect(Buffer.from(await collect(body.chunks)).toString()).toBe('here');
  });

  test('an unknown authority is an error that says what to do, immediately', async () => {
    await expect(client().metadata.get(`${server.url}x`)).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      hint: expect.stringContaining('ca'),
      details: { attempts: 1, errno: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(failures).toBeLessThanOrEqual(1);
  });

  test('an unknown authority is refused even if the environment disables the check', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await expect(client().metadata.get(`${server.url}x`)).rejects.toMatchObject({
      details: { errno: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  test('another name than that of the certificate is refused', async () => {
    const url = server.url.replace('127.0.0.1', 'localhost');
    await expect(client({ ca: [cert] }).metadata.get(url)).rejects.toMatchObject({
      details: { errno: 'ERR_TLS_CERT_ALTNAME_INVALID', attempts: 1 },
    });
  });

  test('a wrong certificate is not replaced by a stored answer', async () => {
    const storeDir = await mkdtemp(join(tmpdir(), 'rootdisk-http-'));
    await client({ ca: [cert], storeDir }).metadata.get(`${server.url}x`);
    await expect(client({ storeDir }).metadata.get(`${server.url}x`)).rejects.toMatchObject({
      code: 'ERR_NETWORK',
    });
    await rm(storeDir, { recursive: true });
  });

  test('no redirect leads back to plain http', async () => {
    listener = (_, response) => {
      response.writeHead(302, { location: server.url.replace('https', 'http') }).end();
    };
    for (const allowPlain of [false, true]) {
      const http = client({ ca: [cert], allowPlain });
      await expect(http.metadata.get(`${server.url}x`)).rejects.toMatchObject({
        code: 'ERR_REDIRECT',
        message: expect.stringContaining('plain http'),
      });
    }
  });
});

test.each(['', 'not PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
  'the authority %j is refused',
  async (ca) => {
    await expect(client({ ca: [ca] }).metadata.get('https://127.0.0.1:1/')).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'ca' },
    });
  },
);
