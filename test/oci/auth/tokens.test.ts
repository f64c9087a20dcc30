import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/contracts/log.ts';
import type { RegistryReader } from '../../../src/oci/client/reader.ts';
import { startUpstream } from '../../../src/testing/upstream.ts';
import { collect, pattern } from '../../http/client.ts';
import { blobPath, readerOf, sha256Of } from '../client/reading.ts';
import { type GuardedRegistry, startGuardedRegistry } from './guarded-registry.ts';
import { authOf, type OwnHome, openOwnHome } from './own-home.ts';

let home: OwnHome;
let site: GuardedRegistry;
let logged: LogEntry[];
beforeEach(async () => {
  [home, site] = await Promise.all([openOwnHome(), startGuardedRegistry()]);
  logged = [];
});
afterEach(() => Promise.all([home.close(), site.close()]));

const bytes = pattern(5000);
const digest = sha256Of(bytes);
const pull = 'repository:fleet/images:pull';
const reader = (): RegistryReader =>
  readerOf(site.registry, { log: (entry) => logged.push(entry) });
const hostOf = (): string => new URL(site.registry.url).host;
const logIn = (fields: object) =>
  home.write('.docker/config.json', { auths: { [hostOf()]: fields } });
const serveManifest = () => {
  site.guard('v2/fleet/images/manifests/one', pull, (_, response) => void response.end('{}'));
};
const tokenPath = `/token?service=a%2C+b&scope=${encodeURIComponent(pull).replaceAll('%2F', '%2F')}`;

test("without a login one token for the registry's scope serves many requests", async () => {
  serveManifest();
  const client = reader();
  for (let round = 0; round < 3; round += 1) {
    expect(await client.manifest('one')).toMatchObject({ digest: sha256Of('{}') });
  }
  expect(site.asked()).toEqual([{ method: 'GET', path: tokenPath, authorization: undefined }]);
  const sent = site.registry.requests.map(({ headers }) => headers['authorization']);
  expect(sent).toEqual([undefined, ...Array(3).fill('Bearer tokensecret1')]);
});

test('a login is sent to the token service, and no token is', async () => {
  await logIn({ auth: authOf('me:hunter2') });
  serveManifest();
  const client = reader();
  await client.manifest('one');
  site.good.clear();
  await client.manifest('one');
  const authorization = `Basic ${authOf('me:hunter2')}`;
  expect(site.asked()).toEqual([
    { method: 'GET', path: tokenPath, authorization },
    { method: 'GET', path: tokenPath, authorization },
  ]);
  const sent = site.registry.requests.map(({ headers }) => String(headers['authorization']));
  expect(sent.filter((header) => header.startsWith('Basic'))).toEqual([]);
});

test('each of several scopes is requested separately', async () => {
  site.registry.route('v2/fleet/images/manifests/one', (request, response) => {
    if (request.headers['authorization'] !== undefined) return void response.end('{}');
    const scope = 'repository:b:pull repository:a:pull,push';
    const wish = `Bearer realm="${site.service.url}token?kept=1",scope="${scope}"`;
    response.writeHead(401, { 'www-authenticate': `Negotiate, ${wish}` });
    return void response.end();
  });
  site.service.route(
    'token?kept=1&scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Ab%3Apull',
    '{"access_token":"t"}',
  );
  expect(await reader().manifest('one')).toBeDefined();
});

test('a refresh token is sent in a form', async () => {
  await logIn({ identitytoken: 'refreshsecret', auth: authOf('<token>:x') });
  serveManifest();
  let form = '';
  site.service.route('token', async (request, response) => {
    expect(request).toMatchObject({ method: 'POST' });
    for await (const chunk of request as unknown as AsyncIterable<Uint8Array>) {
      form += new TextDecoder().decode(chunk);
    }
    site.good.set('granted', [pull]);
    response.end('{"access_token":"granted","expires_in":300}');
  });
  expect(await reader().manifest('one')).toBeDefined();
  expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
    grant_type: 'refresh_token',
    service: 'a, b',
    client_id: 'rootdisk',
    scope: pull,
    refresh_token: 'refreshsecret',
  });
  expect(site.service.requests[0]?.headers['authorization']).toBeUndefined();
});

test('a token in the login itself needs no service', async () => {
  await logIn({ registrytoken: 'static' });
  site.good.set('static', [pull]);
  serveManifest();
  expect(await reader().manifest('one')).toBeDefined();
  expect(site.asked()).toEqual([]);
});

test('a token is renewed before it expires, without another refusal', async () => {
  serveManifest();
  site.answer = { expiresIn: 0.001, name: 'access_token' };
  const client = reader();
  await client.manifest('one');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await client.manifest('one');
  expect(site.asked()).toHaveLength(2);
  const sent = site.registry.requests.map(({ headers }) => headers['authorization']);
  expect(sent).toEqual([undefined, 'Bearer tokensecret1', 'Bearer tokensecret2']);
});

test('a token that expires during a long pull is renewed by the next range', async () => {
  site.guard(blobPath(digest), pull, (request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(String(request.headers['range']))?.[1] ?? 0);
    const left = bytes.subarray(start);
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    const status = start === 0 ? 200 : 206;
    response.writeHead(status, { 'content-length': left.length, 'content-range': range });
    if (start >= 4000) return void response.end(left);
    response.write(left.subarray(0, 2000));
    // The token expires with this answer.
    site.good.clear();
    setTimeout(() => response.destroy(), 20);
  });
  expect(sha256Of(await collect(reader().readBlob(digest)))).toBe(digest);
  expect(site.asked()).toHaveLength(3);
});

test('many parallel refused requests cause one token request', async () => {
  site.guard(blobPath(digest), pull, (_, response) => void response.end(bytes));
  const client = reader();
  const parts = Array.from({ length: 6 }, () => collect(client.readBlob(digest)));
  for (const part of await Promise.all(parts)) expect(sha256Of(part)).toBe(digest);
  expect(site.asked()).toHaveLength(1);
});

test('one refusal is answered; a second one is an error', async () => {
  site.guard('v2/fleet/images/manifests/one', 'repository:other:pull', () => undefined);
  site.registry.route('v2/fleet/images/manifests/one', (_, response) => {
    const wish = `Bearer realm="${site.service.url}token",scope="${pull}"`;
    response.writeHead(401, { 'www-authenticate': wish });
    response.end();
  });
  const failure: unknown = await reader()
    .manifest('one')
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ERR_HTTP_STATUS', details: { status: 401 } });
  expect(Reflect.get(Object(failure), 'hint')).toContain(`Log in to ${hostOf()}`);
  expect(site.registry.requests).toHaveLength(2);
  expect(site.asked()).toHaveLength(1);
});

test('a Basic login is sent after the first refusal, and a wrong one is refused once', async () => {
  await logIn({ auth: authOf('me:hunter2') });
  let isOpen = true;
  site.registry.route('v2/fleet/images/manifests/one', (request, response) => {
    const isMe = request.headers['authorization'] === `Basic ${authOf('me:hunter2')}`;
    if (isMe && isOpen) return void response.end('{}');
    response.writeHead(401, { 'www-authenticate': 'Basic realm="Registry"' });
    return void response.end();
  });
  const client = reader();
  await client.manifest('one');
  await client.manifest('one');
  expect(site.registry.requests).toHaveLength(3);
  isOpen = false;
  await expect(client.manifest('one')).rejects.toMatchObject({ details: { status: 401 } });
  expect(site.registry.requests).toHaveLength(4);
});

test('no login is sent to the target of a redirect, and it is sent again to the registry', async () => {
  const storage = await startUpstream();
  try {
    await logIn({ auth: authOf('me:hunter2') });
    // The same path: the facts about the registry must not apply to this host.
    storage.route(blobPath(digest), bytes);
    site.guard(blobPath(digest), pull, (_, response) => {
      response.writeHead(307, { location: storage.url + blobPath(digest) });
      response.end();
    });
    const client = reader();
    for (let round = 0; round < 2; round += 1) {
      expect(sha256Of(await collect(client.readBlob(digest)))).toBe(digest);
    }
    expect(storage.requests).toHaveLength(2);
    for (const { headers } of storage.requests) expect(headers).not.toHaveProperty('authorization');
    expect(site.registry.requests[2]?.headers['authorization']).toBe('Bearer tokensecret1');
  } finally {
    await storage.close();
  }
});

test('a token service that moved is followed without a login, and never gets a login elsewhere', async () => {
  const moved = await startUpstream();
  try {
    serveManifest();
    site.service.route('token', (_, response) => {
      response.writeHead(302, { location: `${moved.url}token` });
      response.end();
    });
    moved.route('token', (_, response) => {
      site.good.set('granted', [pull]);
      response.end('{"token":"granted"}');
    });
    expect(await reader().manifest('one')).toBeDefined();
    await logIn({ auth: authOf('me:hunter2') });
    await expect(reader().manifest('one')).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    expect(moved.requests).toHaveLength(1);
  } finally {
    await moved.close();
  }
});

test('a token service with temporary failures is asked again', async () => {
  serveManifest();
  site.answer = { status: 503, text: 'busy' };
  const { answer } = site;
  site.service.route(
    'token?service=a%2C+b&scope=repository%3Afleet%2Fimages%3Apull',
    (_, response) => {
      site.good.set('late', [pull]);
      const isFirst = site.service.requests.length === 1;
      response.writeHead(isFirst ? (answer.status ?? 503) : 200);
      response.end(isFirst ? 'busy' : '{"token":"late"}');
    },
  );
  expect(await reader().manifest('one')).toBeDefined();
  expect(site.asked()).toHaveLength(2);
});

test.each([
  [{ status: 401 }, 'ERR_HTTP_STATUS'],
  [{ status: 403, text: '{"details":"hunter2"}' }, 'ERR_HTTP_STATUS'],
  [{ text: 'hunter2' }, 'ERR_METADATA'],
  [{ text: '{"token":"hunter2\\r\\nx: y"}' }, 'ERR_METADATA'],
  [{ text: '{"access_token":5}' }, 'ERR_METADATA'],
  [{ text: '[]' }, 'ERR_METADATA'],
])('a token service that answers %j is an error without a secret', async (answer, code) => {
  await logIn({ auth: authOf('me:hunter2') });
  serveManifest();
  site.answer = answer;
  const failure: unknown = await reader()
    .manifest('one')
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  const { stack, cause } = failure as Error;
  const told = `${stack}${JSON.stringify(failure)}${JSON.stringify(cause)}${JSON.stringify(logged)}`;
  for (const secret of ['hunter2', authOf('me:hunter2')]) expect(told).not.toContain(secret);
});

test('the log of a pull that fails and continues contains no secret', async () => {
  await logIn({ identitytoken: 'refreshsecret' });
  site.service.route('token', (_, response) => {
    site.good.set('tokensecret', [pull]);
    response.end('{"token":"tokensecret"}');
  });
  let failed = 0;
  site.guard('v2/fleet/images/manifests/one', pull, (_, response) => {
    failed += 1;
    if (failed < 3) return void response.destroy();
    return void response.end('{}');
  });
  expect(await reader().manifest('one')).toBeDefined();
  expect(logged.length).toBeGreaterThan(0);
  expect(JSON.stringify(logged)).not.toMatch(/tokensecret|refreshsecret/);
});

test('a realm in another private place than its registry is not requested', async () => {
  site.registry.route('v2/fleet/images/manifests/one', (_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="ftp://127.0.0.1/token"' });
    response.end();
  });
  await expect(reader().manifest('one')).rejects.toMatchObject({ code: 'ERR_METADATA' });
  expect(site.registry.requests).toHaveLength(1);
});
