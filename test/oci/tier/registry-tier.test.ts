import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatTag } from '../../../src/oci/layout/tag.ts';
import { type RegistryTierOptions, registryTier } from '../../../src/oci.ts';
import { type FakeRegistry, sha256Of, startFakeRegistry } from '../fake-registry.ts';
import { contextOf, fileOf, pull, store, uploadOf } from '../visiting.ts';

let registry: FakeRegistry;
let cacheDir: string;
beforeEach(async () => {
  registry = await startFakeRegistry();
  cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-tier-'));
});
afterEach(async () => {
  await registry.close();
  await rm(cacheDir, { recursive: true, force: true });
});

const bytes = randomBytes(100_000);
const tag = formatTag(fileOf(bytes).name);
const tierOf = (options: Partial<RegistryTierOptions> = {}) =>
  registryTier({
    registry: registry.host,
    repository: 'fleet/images',
    write: true,
    herd: false,
    ...options,
  });

test('blobs are pushed before the manifest, and the tag is read back', async () => {
  await store(tierOf(), uploadOf(bytes), contextOf(cacheDir));
  const lines = registry.said().map((line) => line.replace('/v2/fleet/images/', ''));
  const manifest = `manifests/${tag}`;
  expect(lines.filter((line) => line.startsWith('PUT'))).toEqual([
    'PUT blobs/uploads/ID',
    'PUT blobs/uploads/ID',
    `PUT ${manifest}`,
  ]);
  expect(lines.at(-1)).toBe(`GET ${manifest}`);
});

test('an existing image is not pushed again', async () => {
  await store(tierOf(), uploadOf(bytes), contextOf(cacheDir));
  const visit = await tierOf().visit(fileOf(bytes), contextOf(cacheDir));
  registry.requests.length = 0;
  await visit.store?.(uploadOf(bytes));
  expect(registry.said().filter((line) => /^(?:PUT|POST)/.test(line))).toEqual([]);
});

test('a manifest that another host put over ours gets our file again', async () => {
  const kernel = randomBytes(1000);
  const parts = { role: 'kernel', fileName: 'vmlinuz' } as const;
  await store(tierOf(), uploadOf(bytes), contextOf(cacheDir));
  const before = registry.manifests.get(tag);
  let puts = 0;
  registry.interpose = (request) => {
    if (request.method === 'GET' && puts === 1 && before !== undefined) {
      puts += 1;
      registry.manifests.set(tag, before);
    }
    if (request.method === 'PUT' && request.url?.includes('/manifests/')) puts += 1;
    return undefined;
  };
  await store(tierOf(), uploadOf(kernel, parts), contextOf(cacheDir));
  const found = await pull(tierOf(), fileOf(kernel, parts), contextOf(cacheDir));
  expect(found).toEqual(kernel);
  expect(puts).toBe(3);
});

test.each([
  ['another sha256', fileOf(randomBytes(100_000))],
  ['another length', fileOf(bytes, { sizeBytes: 99_999 })],
  [
    'another sha512',
    fileOf(bytes, { digests: [`sha512:${createHash('sha512').update('x').digest('hex')}`] }),
  ],
])('a layer with %s than the proofs say is reported, and none of it is read', async (_, file) => {
  await store(tierOf(), uploadOf(bytes), contextOf(cacheDir));
  registry.requests.length = 0;
  const context = contextOf(cacheDir);
  expect(await pull(tierOf(), file, context)).toBeUndefined();
  expect(context.warnings).toEqual([expect.stringContaining('the proofs say')]);
  expect(registry.said()).toEqual([`GET /v2/fleet/images/manifests/${tag}`]);
});

test('a file that only a signature proves is used unchecked', async () => {
  await store(tierOf(), uploadOf(bytes), contextOf(cacheDir));
  const { sizeBytes: _, ...file } = fileOf(bytes, { digests: [] });
  expect(await pull(tierOf(), file, contextOf(cacheDir))).toEqual(bytes);
});

test('without write nothing is pushed; with only neither', async () => {
  for (const options of [{ write: false }, { only: true }]) {
    const tier = tierOf(options);
    const visit = await tier.visit(fileOf(bytes), contextOf(cacheDir));
    expect(visit.store).toBeUndefined();
    expect(visit.copy).toBeUndefined();
    await visit.close();
  }
  expect(tierOf({ only: true }).only).toBe(true);
});

test('a part of a blob is read by its range', async () => {
  await store(tierOf(), uploadOf(bytes), contextOf(cacheDir));
  const visit = await tierOf().visit(fileOf(bytes), contextOf(cacheDir));
  const chunks: Buffer[] = [];
  const { signal } = new AbortController();
  for await (const chunk of visit.copy?.read(1000, 3000, signal) ?? []) {
    chunks.push(Buffer.from(chunk));
  }
  expect(Buffer.concat(chunks)).toEqual(bytes.subarray(1000, 3000));
  expect(registry.requests.at(-1)?.headers.range).toBe('bytes=1000-2999');
});

test('one of two hosts is told to fetch the image; the other one waits for it', async () => {
  const herd = { windowMs: 50, visibilityMs: 10 };
  const first = await tierOf({ herd }).visit(fileOf(bytes), contextOf(cacheDir));
  expect(first.copy).toBeUndefined();
  const told: string[] = [];
  const context = contextOf(cacheDir, { tell: (message) => told.push(message) });
  const waiting = tierOf({ herd }).visit(fileOf(bytes), context);
  await first.store?.(uploadOf(bytes));
  await first.close();
  const second = await waiting;
  expect(second.copy?.sizeBytes).toBe(bytes.length);
  expect(second.copy?.url).toBe(`http://${registry.host}/v2/fleet/images/blobs/${sha256Of(bytes)}`);
  await second.close();
});

test('a registry that does not answer is not asked for the next image immediately', async () => {
  const tier = tierOf();
  const other = { name: 'acme_2__amd64_20260101' };
  registry.interpose = (request) => {
    request.socket.destroy();
    return true;
  };
  const unreachable = { code: 'ERR_NETWORK' };
  await expect(tier.visit(fileOf(bytes), contextOf(cacheDir))).rejects.toMatchObject(unreachable);
  expect(registry.requests).toHaveLength(4);
  const next = tier.visit(fileOf(bytes, other), contextOf(cacheDir));
  await expect(next).rejects.toMatchObject(unreachable);
  expect(registry.requests).toHaveLength(4);
});

test.each([
  [{ repository: 'Fleet' }, /repository/],
  [{ registry: 'no host' }, /HOST\/REPOSITORY/],
  [{ mirror: 'file:///etc' }, /mirror/],
])('an impossible place is refused: %o', (options, message) => {
  expect(() => tierOf(options)).toThrow(message);
  expect(() => tierOf(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }));
});
