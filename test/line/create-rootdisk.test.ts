import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createRootdisk,
  type Parts,
  type Rootdisk,
  type RootdiskDefaults,
} from '../../src/core.ts';
import * as root from '../../src/index.ts';
import { builtIns } from '../../src/index.ts';
import { defineVendor, type ImageRequest } from '../../src/kit.ts';
import { acme } from '../fixtures/acme.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest: sha256(disk),
};

beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
});
afterEach(() => line.close());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of items) all.push(one);
  return all;
}

/** All verbs, with defaults that lead to the line's upstream and cache. */
function bind(defaults: RootdiskDefaults = {}, more: Partial<Parts> = {}): Rootdisk {
  const { cacheDir, mirrors } = line;
  return createRootdisk({
    ...parts,
    ...more,
    defaults: { cacheDir, mirrors, arch: 'amd64', ...defaults },
  });
}

test('it gives every verb that the package exports', () => {
  const helpers = [
    ...['createRootdisk', 'hasRemedy', 'isImageError', 'refuse', 'refuseSignature'],
    ...['checkBundleName', 'findBundle', 'parseBundleCatalog'],
  ];
  const exported = Object.entries(root)
    .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    .map(([name]) => name)
    .filter((name) => !helpers.includes(name));
  expect(exported).toContain('cloneDisk');
  expect(Object.keys(createRootdisk({})).sort()).toEqual(exported.sort());
});

test('a clone and a lock file use the defaults too', async () => {
  const { path } = await bind().ensureImage('acme:1');
  const reason = new Error('enough');
  const ended = bind({ signal: AbortSignal.abort(reason) });
  await expect(ended.cloneDisk(path, join(line.folder, 'vm.raw'))).rejects.toBe(reason);
  const made = await bind().cloneDisk(path, join(line.folder, 'vm.raw'));
  expect(made.sizeBytes).toBe(disk.length);
  const lockfile = join(line.folder, 'rootdisk.lock.json');
  const rootdisk = bind({ lockfile });
  await rootdisk.lockImages('acme:1', { lockfile });
  const locked = await Reflect.apply(rootdisk.listLocked, undefined, []);
  expect(locked).toMatchObject([{ alias: 'acme-1' }]);
});

describe('parts', () => {
  test('nothing is built in: without lists each verb reports the missing parts', async () => {
    const rootdisk = createRootdisk({});
    const { cacheDir, folder } = line;
    const file = join(folder, 'disk.raw');
    await writeFile(file, disk);
    const unknown = { code: 'ERR_UNKNOWN_VENDOR', details: { known: [] } };
    await expect(rootdisk.ensureImage('ubuntu', { cacheDir })).rejects.toMatchObject(unknown);
    await expect(rootdisk.resolveImage('ubuntu', { cacheDir })).rejects.toMatchObject(unknown);
    const list = collect(rootdisk.listImages('ubuntu', { cacheDir }));
    await expect(list).rejects.toMatchObject(unknown);
    await expect(rootdisk.convertImage(file, `${file}.out`)).rejects.toMatchObject({
      remedy: 'decode',
    });
    const { hazards } = await rootdisk.inspectImage(file);
    expect(hazards.length).toBe(1);
    expect(await collect(rootdisk.verifyCache({ cacheDir }))).toEqual([]);
    const document = { document: disk, keys: [], name: 'x' };
    await expect(rootdisk.verifyDocument(document)).rejects.toMatchObject({ code: 'ERR_PLUGIN' });
  });

  test('the parts are those of the call, not the built-in ones', async () => {
    const { formats, verifiers } = builtIns;
    const rootdisk = createRootdisk({ vendors: [acme], formats, verifiers });
    const { cacheDir, mirrors } = line;
    const image = await rootdisk.ensureImage('acme:1', { cacheDir, mirrors });
    expect(image.trust.level).toBe('checksum');
    await expect(rootdisk.ensureImage('debian', { cacheDir })).rejects.toMatchObject({
      details: { known: ['acme'] },
    });
  });
});

describe('defaults', () => {
  test('every verb uses them', async () => {
    const rootdisk = bind();
    const resolved = await rootdisk.resolveImage('acme:1');
    const image = await rootdisk.ensureImage('acme:1');
    const releases = await collect(rootdisk.listImages('acme'));
    const entries = await collect(rootdisk.verifyCache());
    expect(image.path.startsWith(line.cacheDir)).toBe(true);
    expect(image.path).toContain(resolved.cacheName);
    expect(releases.map(({ release }) => release)).toEqual(['1']);
    expect(entries.map(({ path }) => path)).toEqual([image.path]);
  });

  test('local files are read under their limits and stop with their signal', async () => {
    const file = join(line.folder, 'disk.raw');
    await writeFile(file, disk);
    const { convertImage, inspectImage } = bind({ limits: { virtualBytes: 4096 } });
    const tooLarge = { code: 'ERR_LIMIT' };
    await expect(convertImage(file, `${file}.out`)).rejects.toMatchObject(tooLarge);
    expect((await inspectImage(file)).hazards).toMatchObject([tooLarge]);
    const limits = { virtualBytes: disk.length };
    expect((await convertImage(file, `${file}.out`, { limits })).virtualSize).toBe(disk.length);
    const stopped = bind({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped.convertImage(file, `${file}.other`)).rejects.toThrow('enough');
  });

  test("the call's own option wins, and undefined keeps the default", async () => {
    const { ensureImage, resolveImage } = bind({ arch: 'arm64', trust: 'signed' });
    await expect(ensureImage('acme:1', { trust: undefined })).rejects.toMatchObject({
      code: 'ERR_UNTRUSTED',
    });
    const own = await ensureImage('acme:1', { trust: 'auto' });
    expect(own.path).toContain('_arm64_');
    const other = await resolveImage('acme:1', { trust: 'auto', arch: 'amd64' });
    expect(other.cacheName).toContain('_amd64_');
  });

  test('limits and mirrors are merged key by key', async () => {
    const { resolveImage } = bind({ limits: { metadataBytes: 16, nesting: 1 } });
    const tooLong = { code: 'ERR_METADATA' };
    await expect(resolveImage('acme:1')).rejects.toMatchObject(tooLong);
    await expect(resolveImage('acme:1', { limits: { nesting: 2 } })).rejects.toMatchObject(tooLong);
    const mirrors = { 'https://other.example/': `${line.upstream.url}other/` };
    const image = await resolveImage('acme:1', { limits: { metadataBytes: 65_536 }, mirrors });
    expect(image.cacheName).toContain('acme_1_');
  });

  test('parameters are merged key by key', async () => {
    const asked: ImageRequest[] = [];
    const vendor = defineVendor({
      id: 'asked',
      title: 'Asked',
      apiVersion: 1,
      async resolve(request, context) {
        asked.push(request);
        return acme.resolve({ ...request, vendor: 'acme' }, context);
      },
    });
    const { resolveImage } = bind({ parameters: { a: '1', b: '2' } }, { vendors: [vendor] });
    await resolveImage('asked:1');
    await resolveImage('asked:1', { parameters: { b: '3', c: '4' } });
    expect(asked.map(({ parameters }) => parameters)).toEqual([
      { a: '1', b: '2' },
      { a: '1', b: '3', c: '4' },
    ]);
  });
});
