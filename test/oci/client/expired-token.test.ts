import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, sha256Of, startFakeRegistry } from '../fake-registry.ts';
import { clientOf } from '../visiting.ts';
import { blobOf } from './pushing.ts';

let registry: FakeRegistry;
/** Valid tokens. */
let good: Set<string>;
let given: number;
/** The registry's answer to an accepted request. */
let admitted: (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

beforeEach(async () => {
  registry = await startFakeRegistry();
  good = new Set();
  given = 0;
  admitted = () => undefined;
  registry.interpose = (request, response) => {
    if (request.url?.startsWith('/token')) {
      given += 1;
      good.add(`token-${given}`);
      response.end(JSON.stringify({ token: `token-${given}`, expires_in: 300 }));
      return true;
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (good.has(token)) return admitted(request, response);
    const realm = `http://${registry.host}/token`;
    const scope = 'repository:fleet/images:pull,push';
    const challenge = `Bearer realm="${realm}",service="fake",scope="${scope}",error="invalid_token"`;
    response.writeHead(401, { 'www-authenticate': challenge, connection: 'close' }).end();
    return true;
  };
});
afterEach(async () => await registry.close());

const bytes = randomBytes(20 * 1024 * 1024);
const blob = blobOf(bytes);
const client = () => clientOf(`http://${registry.host}/fleet/images`);

test('a token that expires in the middle of a pull is renewed, and the pull continues', async () => {
  registry.blobs.set(blob.digest, bytes);
  let cut = false;
  admitted = (request, response) => {
    if (request.method !== 'GET' || cut) return undefined;
    cut = true;
    good.clear();
    response.writeHead(200, { 'content-length': bytes.length, 'accept-ranges': 'bytes' });
    response.write(bytes.subarray(0, 9_000_000), () => request.socket.destroy());
    return true;
  };
  const chunks: Buffer[] = [];
  for await (const chunk of client().readBlob(blob.digest, { sizeBytes: bytes.length })) {
    chunks.push(Buffer.from(chunk));
  }
  expect(sha256Of(Buffer.concat(chunks))).toBe(blob.digest);
  expect(given).toBe(2);
  const ranges = registry.requests.flatMap(({ headers }) => headers.range ?? []);
  expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-/);
});

test('a token that expires between the requests of a push is renewed', async () => {
  admitted = (request) => {
    if (request.method === 'POST') good.clear();
    return undefined;
  };
  expect(await client().putBlob(blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(given).toBe(2);
});

test('a token that expires between the chunks of a push is renewed, and no chunk is sent twice', async () => {
  admitted = (request, response) => {
    if (request.method === 'PATCH') good.clear();
    if (!(Number(request.headers['content-length']) > 8 * 1024 * 1024)) return undefined;
    response.writeHead(413, { connection: 'close' }).end();
    return true;
  };
  expect(await client().putBlob(blob)).toBe('pushed');
  expect(sha256Of(registry.blobs.get(blob.digest) ?? Buffer.alloc(0))).toBe(blob.digest);
  expect(given).toBe(3);
});
