import { link, readdir, rm, stat, utimes } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../src/core.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const name = 'acme_1_default_amd64_20260101.raw';
const { listCache, removeFromCache } = createRootdisk({});

beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk) }, disk);
});
afterEach(() => line.close());

test('a cache that does not exist has no entries, and is not created', async () => {
  const listing = await listCache({ cacheDir: line.cacheDir });
  expect(listing).toMatchObject({ path: line.cacheDir, entries: [], unfinished: [] });
  expect(await readdir(line.folder)).toEqual([]);
});

test('lists the entries, their identity and their last use', async () => {
  const { path } = await line.ensure();
  await line.releaseAll();
  await utimes(`${line.cacheDir}/images-v1/.leases/${name}`, 1_700_000_000, 1_700_000_000);
  const { entries, totals } = await listCache({ cacheDir: line.cacheDir });
  expect(entries).toMatchObject([
    { name, path, state: 'ready', vendor: 'acme', release: '1', snapshot: '20260101' },
  ]);
  expect(entries[0]).toMatchObject({ virtualSize: disk.length, leased: false, format: 'raw' });
  expect(entries[0]?.lastUsed).toEqual(new Date(1_700_000_000_000));
  expect(entries[0]?.created).toBeInstanceOf(Date);
  expect(totals).toMatchObject({ entries: 1, virtualBytes: disk.length });
  const again = await line.ensure('acme:1', { offline: true });
  const { entries: used } = await listCache({ cacheDir: line.cacheDir });
  expect(used[0]?.leased).toBe(true);
  expect(used[0]?.lastUsed?.getTime()).toBeGreaterThan(1_700_000_000_000);
  await again.dispose();
});

test('a disk that is also its kept download is counted once', async () => {
  const { path } = await line.ensure('acme:1', { keepSource: true });
  // The vendor's own disk format is kept.
  await rm(`${path}.source`);
  await link(path, `${path}.source`);
  const { blocks } = await stat(path);
  const { entries } = await listCache({ cacheDir: line.cacheDir });
  expect(entries[0]?.allocatedBytes).toBeLessThan(2 * blocks * 512);
  await line.releaseAll();
  const { freedBytes } = await removeFromCache(name, { cacheDir: line.cacheDir });
  expect(freedBytes).toBe(entries[0]?.allocatedBytes);
});

test('names and paths are removed; one that is not valid stops the whole call', async () => {
  const { path } = await line.ensure();
  const remove = (...names: string[]) => removeFromCache(names, { cacheDir: line.cacheDir });
  await expect(remove(name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
  await line.releaseAll();
  await expect(remove(name, '../x')).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  await expect(remove(name, name.replace('1', '2'))).rejects.toMatchObject({
    code: 'ERR_NOT_FOUND',
  });
  expect(await line.visible()).toEqual([name]);
  expect(await remove(path, name)).toMatchObject({ removed: [name] });
  expect(await line.visible()).toEqual([]);
});
