import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Authorizer, lateAuthorizer } from '../../src/http/wire/authorized.ts';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { client } from './client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const headers = { authorization: 'Bearer good' };
const open = (authorizer: Authorizer, options = {}) =>
  client({ allowPlain: true, authorizer, ...options }).metadata;
const at = (path: string): URL => new URL(path, upstream.url);

/** Answers requests after the first challenge. */
function answering(): Authorizer {
  let isOpen = false;
  return {
    headersFor: async () => (isOpen ? headers : {}),
    async answer() {
      isOpen = true;
      return headers;
    },
  };
}

function guard(path: string): void {
  upstream.route(path, (request, response) => {
    if (request.headers['authorization'] === 'Bearer good') return void response.end('here');
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="x"' });
    return void response.end();
  });
}

test('only addresses of registries get a login', async () => {
  guard('v2/x');
  guard('v3/x');
  guard('a/v2/x');
  const metadata = open(answering());
  expect((await metadata.get(at('v2/x'))).text).toBe('here');
  for (const path of ['v3/x', 'a/v2/x']) {
    await expect(metadata.get(at(path))).rejects.toMatchObject({ details: { status: 401 } });
  }
  expect(upstream.requests.map(({ headers }) => headers['authorization'])).toEqual([
    undefined,
    'Bearer good',
    undefined,
    undefined,
  ]);
});

test('a refusal without a challenge gets none', async () => {
  upstream.route('v2/x', 'no', { status: 401 });
  await expect(open(answering()).get(at('v2/x'))).rejects.toMatchObject({
    details: { status: 401 },
    hint: expect.stringContaining('docker or podman'),
  });
  expect(upstream.requests).toHaveLength(1);
});

test('the code for logins is loaded with the first challenge', async () => {
  let loads = 0;
  const late = lateAuthorizer(async () => {
    loads += 1;
    return answering();
  });
  guard('v2/x');
  upstream.route('v2/open', 'here');
  const metadata = open(late);
  await metadata.get(at('v2/open'));
  expect(loads).toBe(0);
  await metadata.get(at('v2/x'));
  await metadata.get(at('v2/x'), { fresh: true });
  expect(loads).toBe(1);
});

test('documents behind a login are not stored for other users', async () => {
  const storeDir = await mkdtemp(join(tmpdir(), 'rootdisk-store-'));
  try {
    guard('v2/x');
    upstream.route('v2/open', 'here');
    await open(answering(), { storeDir }).get(at('v2/x'));
    expect(await readdir(storeDir)).toEqual([]);
    await open(answering(), { storeDir }).get(at('v2/open'));
    expect(await readdir(storeDir)).toHaveLength(2);
  } finally {
    await rm(storeDir, { recursive: true, force: true });
  }
});
