import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ensureImage, isImageError } from 'rootdisk';
import { makeCertificate, startTlsServer } from '../../http/wire/tls-server.ts';
import { disk } from './build.ts';
import type { Step } from './step.ts';

/** Certificates and proxies, which each runtime implements itself. */
export function networkSteps(folder: string): Step[] {
  return [
    {
      title: 'https: an unknown certificate is refused, one in ca is not',
      run: () => overTls(join(folder, 'tls')),
    },
    { title: 'http: the proxy of the environment', run: () => overProxy(join(folder, 'proxy')) },
  ];
}

async function overTls(cacheDir: string): Promise<void> {
  const identity = makeCertificate();
  assert.ok(identity !== undefined, 'there is no openssl');
  const server = await startTlsServer(identity, (_, response) => {
    response.writeHead(200, { 'content-length': disk.length });
    response.end(disk);
  });
  const call = { cacheDir, trust: 'tls' } as const;
  // Variables that weaken the certificate check are ignored.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const refusal = await ensureImage(`${server.url}disk.raw`, call).catch((error: unknown) => error);
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  assert.ok(isImageError(refusal), String(refusal));
  assert.equal(refusal.remedy, 'transfer');
  const image = await ensureImage(`${server.url}disk.raw`, { ...call, ca: [identity.cert] });
  assert.deepEqual([image.origin, image.trust.level], ['network', 'tls']);
  await server.close();
}

async function overProxy(cacheDir: string): Promise<void> {
  const asked: unknown[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200, { 'content-length': disk.length });
    response.end(disk);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  process.env['http_proxy'] = `http://127.0.0.1:${port}`;
  try {
    await ensureImage('https://images.invalid/disk.raw', {
      ...{ cacheDir, trust: 'none' },
      mirrors: { 'https://images.invalid/': 'http://mirror.invalid/' },
    });
  } finally {
    delete process.env['http_proxy'];
    proxy.closeAllConnections();
    proxy.close();
  }
  assert.ok(asked.includes('http://mirror.invalid/disk.raw'), String(asked));
}
