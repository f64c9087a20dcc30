import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, readBody, sha256Of, startFakeRegistry } from '../fake-registry.ts';
import { clientOf } from '../visiting.ts';
import { blobOf } from './pushing.ts';

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await startFakeRegistry();
});
afterEach(async () => await registry.close());

const bytes = randomBytes(10_000);
const blob = blobOf(bytes);
const authorizer = {
  headersFor: async ({ url }: { url: URL }): Promise<Record<string, string>> =>
    url.host === registry.host ? { authorization: 'Bearer secret' } : {},
  answer: async () => undefined,
};
const client = () => clientOf(`http://${registry.host}/fleet/images`, { authorizer });

test('an upload outside the API path, as at Google, uses the same credentials', async () => {
  registry.interpose = async (request, response) => {
    if (request.method === 'POST') {
      response.writeHead(202, { location: '/artifacts-uploads/1?s=1' }).end();
      return true;
    }
    if (request.method !== 'PUT') return undefined;
    registry.blobs.set(blob.digest, await readBody(request));
    response.writeHead(201).end();
    return true;
  };
  expect(await client().putBlob(blob)).toBe('pushed');
  const put = registry.requests.find(({ method }) => method === 'PUT');
  expect(put?.path).toMatch(/^\/artifacts-uploads\/1\?s=1&digest=/);
  expect(put?.headers.authorization).toBe('Bearer secret');
});

test('a storage on another origin never gets the credentials', async () => {
  let seen: IncomingHttpHeaders | undefined;
  const storage = createServer(async (request, response) => {
    seen = request.headers;
    registry.blobs.set(blob.digest, await readBody(request));
    response.writeHead(201).end();
  });
  storage.listen(0, '127.0.0.1');
  await once(storage, 'listening');
  try {
    registry.interpose = (request, response) => {
      if (request.method !== 'POST') return undefined;
      const address = storage.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      response.writeHead(202, { location: `http://127.0.0.1:${port}/v2/put?sig=1` }).end();
      return true;
    };
    expect(await client().putBlob(blob)).toBe('pushed');
    expect(seen?.['content-length']).toBe('10000');
    expect(seen?.authorization).toBeUndefined();
  } finally {
    storage.close();
  }
});

test('a manifest is pushed by tag and by digest, and removed', async () => {
  const manifest = Buffer.from('{"schemaVersion":2}');
  const type = 'application/vnd.oci.image.manifest.v1+json';
  await client().putManifest('latest', manifest, type);
  await client().putManifest(sha256Of(manifest), manifest, type);
  expect(registry.manifests.get('latest')).toEqual({ bytes: manifest, mediaType: type });
  expect(await client().deleteManifest(sha256Of(manifest))).toBe(true);
  expect(registry.manifests.size).toBe(0);
  // Removing a missing manifest is not a failure.
  expect(await client().deleteManifest(sha256Of(manifest))).toBe(true);
});

test('a registry without removal gives an error', async () => {
  registry.interpose = (request, response) => {
    if (request.method !== 'DELETE') return undefined;
    response.writeHead(405).end();
    return true;
  };
  expect(await client().deleteManifest(sha256Of(bytes))).toBe(false);
});

test('a registry that stored another manifest is recognized', async () => {
  registry.interpose = async (request, response) => {
    if (request.method !== 'PUT') return undefined;
    await readBody(request);
    response.writeHead(201, { 'docker-content-digest': sha256Of(bytes) }).end();
    return true;
  };
  const put = client().putManifest('latest', Buffer.from('{}'), 'application/json');
  await expect(put).rejects.toMatchObject({ code: 'ERR_DIGEST' });
});

test('a digest with another hash from a registry is ignored', async () => {
  registry.interpose = async (request, response) => {
    if (request.method !== 'PUT') return undefined;
    await readBody(request);
    response.writeHead(201, { 'docker-content-digest': `sha512:${'a'.repeat(128)}` }).end();
    return true;
  };
  await client().putManifest('latest', Buffer.from('{}'), 'application/json');
});

test("a wait in the body of GHCR's 429 is respected, although it has a fraction of a millisecond", async () => {
  const delays: number[] = [];
  let refused = 0;
  registry.interpose = async (request, response) => {
    if (request.method !== 'PUT' || refused > 0) return undefined;
    refused += 1;
    await readBody(request);
    response.writeHead(429).end('retry-after: 1.16676ms, allowed: 2000/minute');
    return true;
  };
  const patient = clientOf(`http://${registry.host}/fleet/images`, {
    authorizer,
    onRetry: ({ delayMs }) => delays.push(delayMs),
  });
  await patient.putManifest('latest', Buffer.from('{}'), 'application/json');
  expect(delays).toHaveLength(1);
  expect(delays[0]).toBeGreaterThanOrEqual(500);
});
