import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatCatalog } from '../../src/catalog/format-catalog.ts';
import { parseCatalog } from '../../src/catalog/parse-catalog.ts';
import { readCatalog } from '../../src/catalog/read-catalog.ts';
import { builtIns, resolveImage } from '../../src/index.ts';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { faultsOf } from '../lockfile/json-schema.ts';

const place = new URL('../../src/catalog/catalog.json', import.meta.url);
const text = await readFile(place, 'utf8');
const { images } = await readCatalog(undefined);
const schema: object = JSON.parse(
  await readFile(new URL('../../schemas/rootdisk.catalog.schema.json', import.meta.url), 'utf8'),
);

test('the shipped catalog is small, in the form of its writer, and fits its schema', () => {
  expect(Buffer.byteLength(text)).toBeLessThan(40_000);
  expect(formatCatalog({ images })).toBe(text);
  expect(parseCatalog(text, 'c.json')).toEqual({ images });
  expect(faultsOf(schema, JSON.parse(text))).toEqual([]);
  expect(images.length).toBeGreaterThan(30);
});

test('every vendor and format of it is built in, and no alias is a vendor', () => {
  const vendors = builtIns.vendors.map(({ id }) => id);
  const formats = builtIns.formats.map(({ id }) => id);
  for (const { alias, vendor, layers } of images) {
    expect(vendors).toContain(vendor);
    expect(vendors).not.toContain(alias);
    expect(formats).toEqual(expect.arrayContaining(layers));
  }
});

test('each vendor has one latest release, and each release at most one default variant', () => {
  const vendors = new Set(images.map(({ vendor }) => vendor));
  for (const vendor of vendors) {
    const own = images.filter((one) => one.vendor === vendor);
    const latest = new Set(own.filter((one) => one.latest).map(({ release }) => release));
    expect([vendor, latest.size]).toEqual([vendor, 1]);
    const defaults = own.filter((one) => one.default).map(({ release }) => release);
    expect(new Set(defaults).size).toBe(defaults.length);
  }
});

describe('an alias requests no index:', () => {
  let upstream: Upstream;
  let cacheDir: string;
  beforeAll(async () => {
    upstream = await startUpstream();
    cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-catalog-'));
  });
  afterAll(async () => {
    await upstream.close();
    await rm(cacheDir, { recursive: true });
  });

  const addresses = images.flatMap(({ arch }) => Object.values(arch).map(({ url }) => url));
  const origins = [...new Set(addresses.map((url) => `${new URL(url).origin}/`))];
  const pins = images.flatMap((entry) =>
    Object.entries(entry.arch).map(([arch, pin]) => ({ ...entry, ...pin, arch })),
  );
  test.each(pins)('$alias for $arch', async ({ alias, arch, url, digest, ...of }) => {
    const mirrors = mirrorsFor(upstream, origins);
    const image = await resolveImage(alias, { arch, mirrors, cacheDir });
    const { vendor, release, variant, snapshot, layers } = of;
    expect(image).toMatchObject({ vendor, release, variant, snapshot, layers, arch, url });
    expect(image).toMatchObject({ digests: [digest], trust: { level: 'pinned', pinned: true } });
    expect(image.fileName).toMatch(/\.(qcow2?|img|raw\.xz)$/);
    // Only the size of the file is requested, and no document.
    const asked = upstream.requests.splice(0).map(({ method, path }) => `${method} ${path}`);
    expect(asked).toEqual([`HEAD /${url.replace(/^https?:\/\//, '')}`]);
  });
});
