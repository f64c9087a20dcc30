import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatCatalog } from '../../src/catalog/format-catalog.ts';
import type { EnsureOptions } from '../../src/core.ts';
import { createRootdisk } from '../../src/index.ts';
import { parseOutput, runCli, withFlags } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { bareEntry } from './samples.ts';

const { lockImages } = createRootdisk(parts);
const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260202',
  file: 'next.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const url = 'https://images.acme.example/acme.raw.gz';
const signer = { fingerprint: 'A'.repeat(40), keyOrigin: 'vendor' as const };
const entry = { ...bareEntry, signer, arch: { amd64: { url, digest: sha256(packed) } } };

let line: Line;
let catalog: string;
beforeEach(async () => {
  line = await startLine();
  catalog = join(line.folder, 'catalog.json');
  await writeFile(catalog, formatCatalog({ images: [entry] }));
  line.offer(build, packed);
  line.upstream.route('images.acme.example/acme.raw.gz', packed);
});
afterEach(() => line.close());

function ensure(alias = 'acme-1', options: EnsureOptions = {}) {
  return line.ensure(alias, { catalog, ...options });
}

describe('an alias of a catalog', () => {
  test('is the pinned image, and no index is requested', async () => {
    const image = await ensure();
    expect(line.asked()).toEqual(['acme.raw.gz']);
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(image).toMatchObject({
      ...{ vendor: 'acme', release: '1', snapshot: '20260101' },
      trust: { level: 'pinned', pinned: true, signer, warnings: [{ code: 'mirror' }] },
    });
    expect((await ensure('acme-1', { offline: true })).origin).toBe('cache');
  });

  test('is fetched over plain http if its address says so', async () => {
    const plain = { amd64: { url: `${line.upstream.url}plain.gz`, digest: sha256(packed) } };
    await writeFile(catalog, formatCatalog({ images: [{ ...entry, arch: plain }] }));
    line.upstream.route('plain.gz', packed);
    const image = await ensure('acme-1', { mirrors: { [line.upstream.url]: line.upstream.url } });
    expect(image.trust.level).toBe('pinned');
  });

  test('with other bytes is refused, and leaves nothing', async () => {
    line.upstream.route('images.acme.example/acme.raw.gz', gzipSync(makeDisk(undefined, 2)));
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    expect(await line.visible()).toEqual([]);
  });

  test('whose address is gone says when it was pinned', async () => {
    line.upstream.route('images.acme.example/acme.raw.gz', 'gone', { status: 404 });
    await expect(ensure()).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('2026-07-20'),
      hint: expect.stringContaining('acme:1'),
    });
  });

  test('with boot files reads them for it; for a disk without any, the error names the reference to use', async () => {
    await expect(ensure('acme-1', { boot: true })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('locked without the files that boot it'),
      hint: expect.stringContaining('acme:1'),
      details: { field: 'boot' },
    });
  });

  test.each<[string, EnsureOptions, object]>([
    [
      'for another architecture',
      { arch: 'arm64' },
      { code: 'ERR_NOT_FOUND', details: { field: 'arch' } },
    ],
    ['in another variant', { variant: 'tiny' }, { details: { field: 'variant' } }],
    ['with a signature of today', { trust: 'signed' }, { code: 'ERR_UNTRUSTED' }],
  ])('%s is refused before a request', async (_, options, error) => {
    await expect(ensure('acme-1', options)).rejects.toMatchObject(error);
    expect(line.asked()).toEqual([]);
  });
});

describe('a name with several meanings', () => {
  test('is found in the lock file before the catalog, and there before a vendor', async () => {
    const lockfile = join(line.folder, 'rootdisk.lock.json');
    const { cacheDir, mirrors } = line;
    await lockImages('acme:1', { arch: 'amd64', cacheDir, mirrors, lockfile });
    expect((await ensure('acme-1', { lockfile })).snapshot).toBe('20260202');
    expect((await ensure('acme-1')).snapshot).toBe('20260101');
    await lockImages('acme:1', { alias: 'web', arch: 'amd64', cacheDir, mirrors, lockfile });
    const other = { ...entry, alias: 'other' };
    await writeFile(catalog, formatCatalog({ images: [other] }));
    expect((await ensure('other', { lockfile })).snapshot).toBe('20260101');
    await expect(ensure('nothing', { lockfile })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test('a vendor cannot be an alias', async () => {
    await writeFile(catalog, formatCatalog({ images: [{ ...entry, alias: 'acme' }] }));
    await expect(ensure('acme')).rejects.toMatchObject({ details: { field: 'alias' } });
    expect((await ensure('acme:1')).snapshot).toBe('20260202');
  });

  test('a catalog instead of the shipped one replaces its names, and may be empty', async () => {
    await expect(ensure('debian-12')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VENDOR' });
    await writeFile(catalog, '');
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VENDOR' });
    expect((await ensure('acme:1')).snapshot).toBe('20260202');
  });

  test('the shipped catalog applies to the available vendors', async () => {
    const bare = createRootdisk({ ...parts, vendors: [] });
    const { cacheDir } = line;
    await expect(bare.ensureImage('debian-12', { cacheDir })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_VENDOR',
    });
  });

  test.each([
    ['is not there', 'none.json', undefined],
    ['is a folder', '', undefined],
    ['is broken', 'broken.json', '{"catalogVersion":1'],
    ['has a typo', 'typo.json', '{"catalogVersion":1,"image":[]}'],
  ])('the error for a catalog that %s gives its path', async (_, name, text) => {
    const path = join(line.folder, name);
    if (text !== undefined) await writeFile(path, text);
    await expect(ensure('acme-1', { catalog: path })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'catalog', value: path },
      message: expect.stringContaining(path),
    });
    expect(line.asked()).toEqual([]);
  });
});

describe('rootdisk', () => {
  test('ensure --catalog and resolve --catalog read the given file', async () => {
    const run = (...args: string[]) => runCli(withFlags(line, args), { cwd: line.folder });
    const { code, stdout } = await run('ensure', 'acme-1', '--catalog', 'catalog.json');
    expect([code, stdout]).toEqual([
      0,
      `${join(line.cacheDir, 'images-v1', 'acme_1_default_amd64_20260101.raw')}\n`,
    ]);
    const resolved = await run('resolve', 'acme-1', '--catalog', 'catalog.json', '--json');
    expect(parseOutput(resolved)).toMatchObject({
      snapshot: '20260101',
      digests: [sha256(packed)],
    });
    const missing = await run('ensure', 'acme-1', '--catalog', 'none.json');
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain(join(line.folder, 'none.json'));
  });
});
