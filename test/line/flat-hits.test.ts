import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { readDigestTable } from '../../src/cache/entries/blocks-file.ts';
import { removeEntry } from '../../src/cache/entries/remove.ts';
import type { EnsuredImage, EnsureOptions } from '../../src/core.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

const layers = ['gz', 'raw'];
const decoys = 300;
let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

/** A build that upstream offers from now on; returns its digest. */
function offer(snapshot: string): `sha256:${string}` {
  const packed = gzipSync(makeDisk(256 * 1024 + Number(snapshot.slice(-2)) * 65536));
  const digest = sha256(packed);
  line.offer({ release: '1', snapshot, file: `acme-${snapshot}.raw.gz`, layers, digest }, packed);
  return digest;
}

/** Names that could answer the same request; the log reports each record that is read. */
async function addDecoys(name: (i: number) => string): Promise<void> {
  for (let i = 0; i < decoys; i += 1) {
    const path = join(line.cacheDir, 'images-v1', name(i));
    await writeFile(path, '');
    await writeFile(`${path}.json`, 'no record');
  }
}
const alike = (i: number): string => `acme_1_default_amd64_${20250200 + i}.raw`;

async function look(
  reference: string,
  options: EnsureOptions,
): Promise<{ image: EnsuredImage; read: number }> {
  let read = 0;
  const image = await line.ensure(reference, {
    ...options,
    log: ({ message }) => {
      if (message.includes('is not a cache entry')) read += 1;
    },
  });
  expect(image.origin).toBe('cache');
  return { image, read };
}

/** The files that list the disks of a request. */
async function lists(): Promise<string[]> {
  const folder = join(line.cacheDir, 'images-v1', '.state');
  const paths = (await readdir(folder)).map((file) => join(folder, file));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return paths.filter((_, i) => texts[i]?.includes('"request"'));
}

test('a pinned hit reads no record of another build, with a list or without', async () => {
  offer('20260101');
  const { path } = await line.ensure('acme@20260101');
  await addDecoys(alike);
  for (const options of [{}, { offline: true }]) {
    expect(await look('acme@20260101', options)).toMatchObject({ image: { path }, read: 0 });
  }
  for (const list of await lists()) await rm(list);
  for (const options of [{ offline: true }, {}]) {
    expect(await look('acme@20260101', options)).toMatchObject({ image: { path }, read: 0 });
  }
});

test('a pin by digest and an offline hit read no record of another build', async () => {
  const older = offer('20260101');
  const first = await line.ensure('acme:1');
  const digest = offer('20260202');
  const second = await line.ensure('acme:1');
  await addDecoys(alike);
  expect(await look('acme:1', { digest })).toMatchObject({ image: { path: second.path }, read: 0 });
  expect(await look('acme:1', { digest: older })).toMatchObject({
    image: { path: first.path },
    read: 0,
  });
  const offline = { offline: true };
  expect(await look('acme:1', offline)).toMatchObject({ image: { path: second.path }, read: 0 });
});

test('other words for a disk that was already cached read none either', async () => {
  offer('20260101');
  const { path } = await line.ensure('acme:1');
  await line.ensure('acme');
  await addDecoys(alike);
  expect(await look('acme', { offline: true })).toMatchObject({ image: { path }, read: 0 });
});

test('the newest disk that still exists is returned', async () => {
  offer('20260101');
  const first = await line.ensure('acme:1');
  offer('20260202');
  const second = await line.ensure('acme:1');
  await line.releaseAll();
  const offline = { offline: true };
  expect((await look('acme:1', offline)).image.path).toBe(second.path);
  await line.releaseAll();
  const cache = await openCache(line.cacheDir);
  await removeEntry(cache, second.path.slice(cache.imagesDir.length + 1));
  await addDecoys(alike);
  expect(await look('acme:1', offline)).toMatchObject({ image: { path: first.path }, read: 0 });
});

test('without a valid list, the newest disk is searched', async () => {
  offer('20260101');
  await line.ensure('acme:1');
  const digest = offer('20260202');
  const { path } = await line.ensure('acme:1');
  await addDecoys(alike);
  const found = await lists();
  expect(found).toHaveLength(1);
  const [list = ''] = found;
  const good = await readFile(list, 'utf8');
  const wrong: ((path: string) => Promise<void>)[] = [
    (list) => rm(list),
    (list) => writeFile(list, 'no list'),
    (list) => writeFile(list, good.replace('acme', 'other')),
    (list) => writeFile(list, good.replaceAll('"name":"', '"name":"../')),
    // Disks that were replaced since.
    (list) => writeFile(list, good.replaceAll(/"created":"2\d/g, '"created":"21')),
    // Disks that are gone.
    (list) => writeFile(list, good.replaceAll('_amd64_2026', '_amd64_1926')),
  ];
  for (const damage of wrong) {
    await damage(list);
    expect(await look('acme:1', { offline: true })).toMatchObject({
      image: { path },
      read: decoys,
    });
  }
  // A call that may write records the disk that it found.
  expect(await look('acme:1', { digest })).toMatchObject({ image: { path }, read: decoys });
  expect(await look('acme:1', { digest })).toMatchObject({ image: { path }, read: 0 });
  expect(await look('acme:1', { offline: true })).toMatchObject({ image: { path }, read: 0 });
});

test('names exclude other vendors, architectures, parameters and sources', async () => {
  const digest = offer('20260101');
  const { path } = await line.ensure('acme:1');
  for (const list of await lists()) await rm(list);
  await addDecoys((i) => `other_1_default_amd64_${i}.raw`);
  await addDecoys((i) => `acme_1_default_arm64_${i}.raw`);
  await addDecoys((i) => `acme_1_default_amd64_${i}+p01234567.raw`);
  await addDecoys((i) => `acme_1_default_amd64_${i}.qcow2`);
  expect(await look('acme:1', { offline: true })).toMatchObject({ image: { path }, read: 0 });
  expect(await look('acme:1', { digest })).toMatchObject({ image: { path }, read: 0 });
});

test('a hit does not need the table of blocks', async () => {
  offer('20260101');
  const { path } = await line.ensure('acme:1');
  await rm(`${path}.blocks`);
  expect((await look('acme:1', { offline: true })).image.path).toBe(path);
  const record = JSON.parse(await readFile(`${path}.json`, 'utf8'));
  expect(await readDigestTable({ path, record })).toEqual({});
});
