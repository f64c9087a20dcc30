import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, readBody, sha256Of, startFakeRegistry } from '../fake-registry.ts';
import { blobOf, push } from './pushing.ts';

let registry: FakeRegistry;
beforeEach(async () => {
  registry = await startFakeRegistry();
});
afterEach(async () => await registry.close());

const mib = 1024 * 1024;
const bytes = randomBytes(20 * mib + 17);
const blob = blobOf(bytes);

const lengthOf = (request: IncomingMessage): number => Number(request.headers['content-length']);

/**
 * The behaviour of a proxy before the registry that accepts no long requests: it answers without waiting for the body.
 */
function refuseLong(
  request: IncomingMessage,
  response: ServerResponse,
  status = 413,
  most = 8 * mib,
) {
  if (!(lengthOf(request) > most)) return undefined;
  response.writeHead(status, { connection: 'close' }).end();
  return true;
}

const chunks = (): string[] =>
  registry.requests.flatMap(({ method, headers }) =>
    headers['content-range'] === undefined ? [] : [`${method} ${headers['content-range']}`],
  );

const inEights = ['PATCH 0-8388607', 'PATCH 8388608-16777215', 'PUT 16777216-20971536'];

test('a registry that accepts no long request gets chunks, the last one with the end', async () => {
  registry.interpose = refuseLong;
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(chunks()).toEqual(inEights);
});

test('a connection that is cut twice while all bytes are sent leads to chunks', async () => {
  registry.interpose = (request) => {
    if (request.method !== 'PUT' || lengthOf(request) < 8 * mib) return undefined;
    request.once('data', () => request.socket.resetAndDestroy());
    return true;
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(chunks()).toEqual(inEights);
  const whole = registry.requests.filter(({ headers }) => headers['content-length'] === '20971537');
  expect(whole).toHaveLength(2);
});

test('an interrupted chunk continues at the position from the registry', async () => {
  let cut = 0;
  registry.interpose = async (request, response) => {
    if (request.method !== 'PATCH' || chunks().length !== 2 || cut > 0) {
      return refuseLong(request, response);
    }
    cut += 1;
    const id = /uploads\/([^?]+)/.exec(request.url ?? '')?.[1] ?? '';
    const part = (await readBody(request)).subarray(0, 5000);
    registry.sessions.set(id, Buffer.concat([registry.sessions.get(id) ?? bytes, part]));
    request.socket.destroy();
    return true;
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(chunks()).toEqual([
    'PATCH 0-8388607',
    'PATCH 8388608-16777215',
    'PATCH 8393608-16782215',
    'PUT 16782216-20971536',
  ]);
});

test('an interrupted chunk with a lost session starts again', async () => {
  let cut = 0;
  registry.interpose = async (request, response) => {
    if (request.method !== 'PATCH' || chunks().length !== 2 || cut > 0) {
      return refuseLong(request, response);
    }
    cut += 1;
    registry.sessions.clear();
    request.socket.destroy();
    return true;
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(chunks()).toEqual([...inEights.slice(0, 2), ...inEights]);
});

test('GHCR accepts no chunk of more than 4 MiB: smaller ones are sent', async () => {
  registry.interpose = (request, response) => {
    const isChunk = request.method === 'PATCH';
    return isChunk ? refuseLong(request, response, 416, 4 * mib) : refuseLong(request, response);
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(chunks()[1]).toBe('PATCH 0-4194303');
});

test('ECR answers a chunk with 201 and a position that does not advance', async () => {
  registry.interpose = async (request, response) => {
    if (request.method !== 'PATCH') return refuseLong(request, response);
    const id = /uploads\/([^?]+)/.exec(request.url ?? '')?.[1] ?? '';
    const before = registry.sessions.get(id) ?? Buffer.alloc(0);
    registry.sessions.set(id, Buffer.concat([before, await readBody(request)]));
    response.writeHead(201, { location: request.url, range: '0-8388607' }).end();
    return true;
  };
  expect(await push(registry, blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(chunks()).toEqual(inEights);
});

test('a registry that keeps only the last chunk, as Artifactory did, is recognized by the length', async () => {
  registry.interpose = async (request, response) => {
    const long = refuseLong(request, response);
    if (long !== undefined || request.method !== 'PUT') return long;
    registry.blobs.set(blob.digest, await readBody(request));
    response.writeHead(201).end();
    return true;
  };
  await expect(push(registry, blob)).rejects.toMatchObject({
    code: 'ERR_SIZE',
    details: { expected: '20971537', actual: '4194321' },
  });
});

test('a registry that accepts neither form ends with its own message', async () => {
  registry.interpose = (request, response) => {
    if (request.method !== 'PATCH') return refuseLong(request, response);
    response.writeHead(405).end('{"errors":[{"code":"UNSUPPORTED"}]}');
    return true;
  };
  await expect(push(registry, blob)).rejects.toMatchObject({
    message: expect.stringContaining('UNSUPPORTED'),
    details: { status: 405 },
  });
});
