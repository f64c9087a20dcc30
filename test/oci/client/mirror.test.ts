import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Warning } from '../../../src/contracts/log.ts';
import type { RegistryReader } from '../../../src/oci/client/reader.ts';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { collect, pattern } from '../../http/client.ts';
import { startGuardedRegistry } from '../auth/guarded-registry.ts';
import { authOf, openOwnHome } from '../auth/own-home.ts';
import { blobPath, readerOf, sha256Of } from './reading.ts';

let upstream: Upstream;
let mirror: Upstream;
let warnings: Warning[];
beforeEach(async () => {
  [upstream, mirror] = await Promise.all([startUpstream(), startUpstream()]);
  warnings = [];
});
afterEach(() => Promise.all([upstream.close(), mirror.close()]));

const bytes = pattern(5000);
const digest = sha256Of(bytes);
const reader = (headers?: Record<string, string>): RegistryReader =>
  readerOf(upstream, {
    mirror: { url: new URL(mirror.url), headers },
    warn: (warning) => warnings.push(warning),
  });
const host = (): string => new URL(upstream.url).host;
const query = (): string => `?ns=${encodeURIComponent(host())}`;

test('a mirror serves blobs and manifests, and gets the name of the registry', async () => {
  const manifest = '{"schemaVersion":2}';
  mirror.route(blobPath(digest) + query(), bytes);
  mirror.route(`v2/fleet/images/manifests/one${query()}`, manifest);
  const site = reader({ 'x-dragonfly-use-p2p': 'true' });
  expect(await site.manifest('one')).toMatchObject({ digest: sha256Of(manifest) });
  expect(sha256Of(await collect(site.readBlob(digest)))).toBe(digest);
  expect(upstream.requests).toEqual([]);
  for (const { headers } of mirror.requests) {
    expect(headers['x-dragonfly-registry']).toBe(`http://${host()}`);
    expect(headers['x-dragonfly-use-p2p']).toBe('true');
  }
});

test('the registry serves what the mirror lacks or refuses', async () => {
  upstream.route(blobPath(digest), bytes);
  upstream.route('v2/fleet/images/manifests/one', '{}');
  mirror.route(blobPath(digest) + query(), 'broken', { status: 500 });
  const site = reader();
  expect(await site.manifest('one')).toMatchObject({ digest: sha256Of('{}') });
  expect(sha256Of(await collect(site.readBlob(digest)))).toBe(digest);
  expect(mirror.requests).toHaveLength(2);
  for (const { headers, path } of upstream.requests) {
    expect(headers['x-dragonfly-registry']).toBeUndefined();
    expect(path).not.toContain('ns=');
  }
});

test('the registry continues if the mirror stops in the middle', async () => {
  upstream.route(blobPath(digest), bytes);
  mirror.route(blobPath(digest) + query(), (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length, etag: '"mirror"' });
    response.write(bytes.subarray(0, 3000));
    setTimeout(() => response.destroy(), 20);
  });
  expect(sha256Of(await collect(reader().readBlob(digest)))).toBe(digest);
  expect(upstream.requests.map(({ headers }) => headers['range'])).toEqual(['bytes=3000-']);
});

test('an unreachable mirror is reported once and then not used', async () => {
  upstream.route(blobPath(digest), bytes);
  const site = reader();
  await mirror.close();
  for (let round = 0; round < 2; round += 1) {
    expect(sha256Of(await collect(site.readBlob(digest)))).toBe(digest);
  }
  expect(warnings.map(({ code }) => code)).toEqual(['registry-mirror']);
});

test('a manifest that the mirror has changed is reported, and the correct one used', async () => {
  const manifest = '{"schemaVersion":2}';
  const reference = sha256Of(manifest);
  upstream.route(`v2/fleet/images/manifests/${reference}`, manifest);
  mirror.route(`v2/fleet/images/manifests/${reference}${query()}`, '{"schemaVersion":3}');
  expect(await reader().manifest(reference)).toMatchObject({ digest: reference });
  expect(warnings).toHaveLength(1);
});

test("a mirror on this host gets the registry's token, and never a login", async () => {
  const home = await openOwnHome();
  const site = await startGuardedRegistry();
  try {
    const { host: name } = new URL(site.registry.url);
    await home.write('.docker/config.json', { auths: { [name]: { auth: authOf('me:hunter2') } } });
    site.guard('v2/fleet/images/manifests/one', 'repository:fleet/images:pull', (_, response) => {
      response.end('{}');
    });
    mirror.route(`${blobPath(digest)}?ns=${encodeURIComponent(name)}`, bytes);
    const client = readerOf(site.registry, { mirror: { url: new URL(mirror.url) } });
    await client.manifest('one');
    expect(sha256Of(await collect(client.readBlob(digest)))).toBe(digest);
    const sent = mirror.requests.map(({ headers }) => headers['authorization']);
    expect(sent).toEqual([undefined, 'Bearer tokensecret1']);
    expect(JSON.stringify(mirror.requests)).not.toContain(authOf('me:hunter2'));
  } finally {
    await Promise.all([site.close(), home.close()]);
  }
});

test('a mirror gets no Basic login', async () => {
  const home = await openOwnHome();
  try {
    const authorization = `Basic ${authOf('me:hunter2')}`;
    await home.write('.docker/config.json', {
      auths: { [host()]: { auth: authOf('me:hunter2') } },
    });
    upstream.route('v2/fleet/images/manifests/one', (request, response) => {
      if (request.headers['authorization'] === authorization) return void response.end('{}');
      response.writeHead(401, { 'www-authenticate': 'Basic realm="R"' });
      return void response.end();
    });
    mirror.route(blobPath(digest) + query(), bytes);
    const client = reader();
    expect(await client.manifest('one')).toBeDefined();
    expect(sha256Of(await collect(client.readBlob(digest)))).toBe(digest);
    const sent = mirror.requests.map(({ headers }) => headers['authorization']);
    expect(sent).toEqual([undefined, undefined]);
  } finally {
    await home.close();
  }
});
