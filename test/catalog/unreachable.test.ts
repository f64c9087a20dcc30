import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatCatalog } from '../../src/catalog/format-catalog.ts';
import type { EnsuredImage, EnsureOptions } from '../../src/core.ts';
import { createRootdisk } from '../../src/index.ts';
import { mirrorsFor } from '../../src/testing/upstream.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { makeCertificate, startTlsServer } from '../http/wire/tls-server.ts';
import { bareEntry } from './samples.ts';

const { lockImages, resolveImage } = createRootdisk(parts);
const disk = makeDisk();
const packed = gzipSync(disk);
const url = 'https://images.acme.example/acme.raw.gz';
const index = 'images.acme.example/index.json';
const build = {
  release: '1',
  snapshot: '20260202',
  file: 'next.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const pin = { url, digest: sha256(packed) };
const entry = { ...bareEntry, codename: 'anvil', arch: { amd64: pin } };
/** The next attempt follows immediately. */
const soon = { 'retry-after': '0' };
/** No attempt is made before tomorrow. */
const tomorrow = { 'retry-after': '86400' };

let line: Line;
let catalog: string;
beforeEach(async () => {
  line = await startLine();
  catalog = join(line.folder, 'catalog.json');
  await writeFile(catalog, formatCatalog({ images: [entry] }));
  line.upstream.route(index, 'down', { status: 503, headers: soon });
  line.upstream.route('images.acme.example/acme.raw.gz', packed);
});
afterEach(() => line.close());

function ensure(reference = 'acme:1', options: EnsureOptions = {}) {
  return line.ensure(reference, { catalog, ...options });
}

function codesOf({ trust }: Pick<EnsuredImage, 'trust'>): string[] {
  return trust.warnings.map(({ code }) => code);
}

describe('a vendor whose index is unreachable', () => {
  test.each([500, 502, 503, 504])('is answered from the catalog after %i', async (status) => {
    line.upstream.route(index, 'down', { status, headers: soon });
    const image = await ensure();
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(image).toMatchObject({
      ...{ vendor: 'acme', release: '1', snapshot: '20260101' },
      trust: { level: 'pinned', pinned: true },
    });
    expect(image.trust.warnings).toContainEqual({
      code: 'catalog-pin',
      message: expect.stringMatching(/index\.json: .*acme:1.*2026-07-20/),
    });
    expect(line.asked()).toEqual([...Array(5).fill('index.json'), 'acme.raw.gz']);
    const again = await ensure();
    expect([again.path, again.origin]).toEqual([image.path, 'cache']);
    expect(codesOf(again)).toContain('catalog-pin');
  });

  test('is answered after every attempt has failed, when the server cuts each of them', async () => {
    line.upstream.route(index, (_, response) => void response.destroy());
    const image = await ensure();
    expect(codesOf(image)).toContain('catalog-pin');
    expect(line.asked().filter((name) => name === 'index.json').length).toBeGreaterThan(1);
  }, 60_000);

  test.each(['acme', 'acme:latest', 'acme:anvil', 'ACME:1', 'acme:1@20260101'])(
    'is answered for %s',
    async (reference) => {
      expect((await ensure(reference)).snapshot).toBe('20260101');
    },
  );

  test('is resolved too, and the pin does not count as an accepted build', async () => {
    const { cacheDir, mirrors } = line;
    const options = { arch: 'amd64', cacheDir, mirrors, catalog };
    const image = await resolveImage('acme:1', options);
    expect(image).toMatchObject({ snapshot: '20260101', digests: [pin.digest] });
    expect(codesOf(image)).toContain('catalog-pin');
    await ensure();
    line.offer({ ...build, snapshot: '20250101' }, packed);
    expect((await ensure()).snapshot).toBe('20250101');
  });

  test('cannot be locked by a pin', async () => {
    const { cacheDir, mirrors } = line;
    const lockfile = join(line.folder, 'rootdisk.lock.json');
    const locking = lockImages('debian:12', {
      arch: 'amd64',
      cacheDir,
      lockfile,
      mirrors: {
        ...mirrors,
        ...mirrorsFor(line.upstream, ['https://cloud.debian.org/', 'https://ftp.debian.org/']),
      },
    });
    await expect(locking).rejects.toMatchObject({ exitCode: 4 });
    await expect(readFile(lockfile)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a disk of an earlier call is preferred', () => {
  beforeEach(async () => {
    line.offer(build, packed);
    await ensure();
    line.upstream.route(index, 'down', { status: 503, headers: soon });
  });

  test('with the warning that it is stale', async () => {
    const image = await ensure();
    expect([image.snapshot, image.origin]).toEqual(['20260202', 'cache']);
    expect(codesOf(image)).toContain('stale');
    expect(codesOf(image)).not.toContain('catalog-pin');
  });

  test('and if it was removed, an older build does not replace it', async () => {
    const { cacheDir, mirrors } = line;
    await line.releaseAll();
    // The kept documents could answer too.
    await rm(join(cacheDir, 'images-v1', '.http'), { recursive: true });
    await createRootdisk(parts).removeFromCache(await line.visible(), { cacheDir });
    await expect(ensure()).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      details: { status: 503 },
    });
    expect((await ensure('acme:1', { mirrors, allowOlder: true })).snapshot).toBe('20260101');
  });
});

describe('the catalog does not answer', () => {
  test.each([401, 402, 403, 407, 429, 451])('for a refusal: %i', async (status) => {
    line.upstream.route(index, 'no', { status, headers: tomorrow });
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS', details: { status } });
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  test.each<[string, string, number, object]>([
    ['an index that is gone', 'gone', 404, { details: { status: 404 } }],
    ['HTML', '<!doctype html><title>Sign in</title>', 200, { code: 'ERR_METADATA' }],
    ['JSON that is cut', '[{"release":', 200, { code: 'ERR_METADATA' }],
    ['a release that is not listed', '[]', 200, { code: 'ERR_NOT_FOUND' }],
  ])('for %s', async (_, body, status, error) => {
    line.upstream.route(index, body, { status });
    await expect(ensure()).rejects.toMatchObject(error);
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  const identity = makeCertificate();
  test.skipIf(identity === undefined)('for a wrong certificate', async () => {
    if (identity === undefined) return;
    const server = await startTlsServer(identity, (_, response) => response.end(packed));
    const asking = ensure('acme:1', { mirrors: { 'https://images.acme.example/': server.url } });
    await expect(asking).rejects.toMatchObject({
      code: 'ERR_NETWORK',
      details: { reason: 'tls' },
    });
    await server.close();
  });

  test('if the image itself is unreachable, although its index is available', async () => {
    line.offer(build, packed);
    line.upstream.route('images.acme.example/next.raw.gz', 'down', { status: 503, headers: soon });
    await expect(ensure()).rejects.toMatchObject({ details: { status: 503 } });
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  test.each<[string, string, EnsureOptions]>([
    ['another release', 'acme:2', {}],
    ['another build', 'acme:1@20250101', {}],
    ['another variant', 'acme:1', { variant: 'tiny' }],
    ['another architecture', 'acme:1', { arch: 'arm64' }],
    ['parameters', 'acme:1', { parameters: { a: '1' } }],
    ['boot files', 'acme:1', { boot: true }],
    ['a signature', 'acme:1', { trust: 'signed' }],
    ['an age', 'acme:1', { maxAge: '90d' }],
    ['a fresh answer', 'acme:1', { refresh: true }],
    ['other layers', 'acme:1', { from: ['xz', 'raw'] }],
    ['another digest', 'acme:1', { digest: sha256(disk) }],
  ])('for a call for %s', async (_, reference, options) => {
    await expect(ensure(reference, options)).rejects.toMatchObject({ details: { status: 503 } });
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  test('for a vendor that is not in it', async () => {
    await writeFile(catalog, '');
    await expect(ensure()).rejects.toMatchObject({ details: { status: 503 } });
  });
});

describe('Ubuntu with unreachable streams', () => {
  const site = 'https://cloud-images.ubuntu.com/';
  const file = 'releases/noble/release-20260705/ubuntu-24.04-server-cloudimg-amd64.img';

  test('is resolved from the shipped catalog', async () => {
    const mirrors = mirrorsFor(line.upstream, [site]);
    const down = 'cloud-images.ubuntu.com/releases/streams/v1/index.sjson';
    line.upstream.route(down, 'down', { status: 503, headers: soon });
    const { cacheDir } = line;
    const image = await resolveImage('ubuntu:24.04', { arch: 'amd64', cacheDir, mirrors });
    expect(image).toMatchObject({
      ...{ vendor: 'ubuntu', release: '24.04', codename: 'noble', variant: 'server' },
      trust: { level: 'pinned', warnings: [{ code: 'catalog-pin' }] },
    });
    expect(image.url).toContain(`${site}releases/`);
  });

  test('gives the disk of the pin, with the name that its vendor would use', async () => {
    const mirrors = mirrorsFor(line.upstream, [site]);
    const down = 'cloud-images.ubuntu.com/releases/streams/v1/index.sjson';
    line.upstream.route(down, 'down', { status: 503, headers: soon });
    line.upstream.route(`cloud-images.ubuntu.com/${file}`, packed);
    const ubuntu = {
      ...{ alias: 'ubuntu-24.04', vendor: 'ubuntu', release: '24.04', codename: 'noble' },
      ...{ version: '24.04', variant: 'server', default: true, snapshot: '20260705' },
      ...{ bumpedAt: '2026-07-18', layers: ['gz', 'raw'] },
      arch: { amd64: { url: site + file, digest: sha256(packed) } },
    };
    await writeFile(catalog, formatCatalog({ images: [ubuntu] }));
    const image = await ensure('ubuntu:noble', { mirrors });
    expect(image.path).toMatch(/ubuntu_24\.04_server_amd64_20260705\.raw$/);
    expect(codesOf(image)).toContain('catalog-pin');
    line.upstream.route(down, 'no', { status: 403 });
    const { cacheDir } = line;
    const asking = resolveImage('ubuntu:24.04', { arch: 'amd64', cacheDir, mirrors });
    await expect(asking).rejects.toMatchObject({ details: { status: 403 } });
  });
});
