import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, readBody, sha256Of, startFakeRegistry } from '../fake-registry.ts';
import { blobOf, push } from './pushing.ts';

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await startFakeRegistry();
});
afterEach(async () => await registry.close());

const bytes = randomBytes(300_000);
const blob = blobOf(bytes);

test('a blob is sent in one request, and its length is checked afterwards', async () => {
  const heard: number[] = [];
  const how = await push(registry, blob, { onProgress: (sent) => heard.push(sent) });
  expect(how).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(registry.said().map((line) => line.replace('/v2/fleet/images/', ''))).toEqual([
    'HEAD blobs/DIGEST',
    'POST blobs/uploads/',
    'PUT blobs/uploads/ID',
    'HEAD blobs/DIGEST',
  ]);
  const [, , put] = registry.requests;
  expect(put?.headers['content-length']).toBe('300000');
  expect(heard.at(-1)).toBe(300_000);
  expect(heard).toEqual(heard.toSorted((a, b) => a - b));
});

test('an empty blob is pushed', async () => {
  const empty = blobOf(Buffer.alloc(0));
  expect(await push(registry, empty)).toBe('pushed');
  expect(registry.blobs.get(empty.digest)).toEqual(Buffer.alloc(0));
});

test('an existing blob is not sent', async () => {
  registry.blobs.set(blob.digest, bytes);
  expect(await push(registry, blob)).toBe('there');
  expect(registry.said()).toEqual(['HEAD /v2/fleet/images/blobs/DIGEST']);
});

test('a blob of another repository is mounted', async () => {
  registry.interpose = (request) => {
    // It is only in the other repository.
    if (request.method === 'POST') registry.blobs.set(blob.digest, bytes);
    return undefined;
  };
  expect(await push(registry, blob, { from: 'other' })).toBe('mounted');
  expect(registry.requests[1]?.path).toBe(
    `/v2/fleet/images/blobs/uploads/?mount=${encodeURIComponent(blob.digest)}&from=other`,
  );
  expect(registry.said().some((line) => line.startsWith('PUT'))).toBe(false);
});

test('a mount that opens an upload session continues with it', async () => {
  expect(await push(registry, blob, { from: 'another' })).toBe('pushed');
  expect(registry.said().filter((line) => line.startsWith('POST'))).toHaveLength(1);
});

test('a refused mount becomes an upload', async () => {
  registry.interpose = (request, response) => {
    if (!request.url?.includes('mount=')) return undefined;
    response.writeHead(403).end();
    return true;
  };
  expect(await push(registry, blob, { from: 'other' })).toBe('pushed');
});

test('requests go to the newest Location, relative or not, with the digest after its query', async () => {
  await push(registry, blob);
  const put = registry.requests.find(({ method }) => method === 'PUT');
  expect(put?.path).toMatch(/\?_state=a%2Bb&digest=sha256%3A[0-9a-f]{64}$/);
});

test('a temporary refusal is repeated when the registry says', async () => {
  let refused = 0;
  registry.interpose = async (request, response) => {
    if (request.method !== 'PUT' || refused === 2) return undefined;
    refused += 1;
    await readBody(request);
    if (refused === 1) response.writeHead(429, { 'retry-after': '0' }).end();
    else response.writeHead(503).end();
    return true;
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
});

test('a permanent refusal ends after five attempts', async () => {
  registry.interpose = (request, response) => {
    if (request.method !== 'POST') return undefined;
    response.writeHead(500).end();
    return true;
  };
  await expect(push(registry, blob)).rejects.toMatchObject({
    code: 'ERR_HTTP_STATUS',
    details: { status: 500 },
  });
  expect(registry.said().filter((line) => line.startsWith('POST'))).toHaveLength(5);
});

test.each([401, 403, 405])('a push that is refused with %i is not tried again', async (status) => {
  registry.interpose = (request, response) => {
    if (request.method !== 'POST') return undefined;
    const error = { code: 'DENIED', message: 'no\nrights' };
    response.writeHead(status).end(JSON.stringify({ errors: [error] }));
    return true;
  };
  await expect(push(registry, blob)).rejects.toMatchObject({
    message: expect.stringContaining('DENIED: no'),
    details: { status },
  });
  expect(registry.said().filter((line) => line.startsWith('POST'))).toHaveLength(1);
});

test('after a lost answer the registry is checked', async () => {
  registry.interpose = async (request) => {
    if (request.method !== 'PUT') return undefined;
    registry.blobs.set(blob.digest, await readBody(request));
    request.socket.destroy();
    return true;
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(registry.said().filter((line) => line.startsWith('PUT'))).toHaveLength(1);
});

test('a registry that stores other bytes is recognized by the length', async () => {
  registry.interpose = async (request, response) => {
    if (request.method !== 'PUT') return undefined;
    registry.blobs.set(blob.digest, (await readBody(request)).subarray(0, 1000));
    response.writeHead(201).end();
    return true;
  };
  await expect(push(registry, blob)).rejects.toMatchObject({
    code: 'ERR_SIZE',
    details: { expected: '300000', actual: '1000' },
  });
});

test('a source that ends early is named, and is not a network failure', async () => {
  const short = { ...blobOf(bytes.subarray(0, 1000)), sizeBytes: 300_000 };
  await expect(push(registry, short)).rejects.toMatchObject({ code: 'ERR_SIZE' });
  expect(registry.said().filter((line) => line.startsWith('PUT'))).toHaveLength(1);
});

test('an abort ends a running push', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  registry.interpose = (request) => {
    if (request.method !== 'PUT') return undefined;
    controller.abort(reason);
    return true;
  };
  await expect(push(registry, blob, { signal: controller.signal })).rejects.toBe(reason);
});
