import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awaitBackgroundWork } from '../../../src/cache/background-work.ts';
import { createRootdisk } from '../../../src/core.ts';
import { damage } from '../../fixtures/damage.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeShelf, type Shelf, shelfKey } from '../../fixtures/shelf-tier.ts';

let line: Line;
let shelf: Shelf;
const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const name = 'acme_1_default_amd64_20260101';
const key = shelfKey({ name, role: 'disk' });

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
  shelf = makeShelf();
  shelf.files.set(key, packed);
});
afterEach(() => line.close());

const bound = () => createRootdisk({ ...parts, tiers: [shelf.tier] });
const own = () => ({ arch: 'amd64', cacheDir: line.cacheDir, mirrors: line.mirrors }) as const;

test('the record names the tier, and keeps the address of upstream', async () => {
  await using image = await bound().ensureImage('acme:1', own());
  const record = JSON.parse(await readFile(`${image.path}.json`, 'utf8'));
  const url = 'https://images.acme.example/acme.raw.gz';
  expect(record.source).toMatchObject({ url, tier: 'shelf', sha256: sha256(packed).slice(7) });
});

test('several images are requested one after another', async () => {
  const outcomes = await bound().ensureImages(['acme:1', 'acme@20260101'], own());
  const origins = outcomes.map((one) => (one.status === 'fulfilled' ? one.value.origin : 'failed'));
  expect(origins).toEqual(['tier', 'cache']);
  for (const one of outcomes) if (one.status === 'fulfilled') await one.value.dispose();
  expect(shelf.told).toEqual(['visit', 'read 0-', 'close']);
});

test('an entry of a lock file needs no request if a tier has the file', async () => {
  const lockfile = join(line.folder, 'rootdisk.lock.json');
  await bound().lockImages('acme:1', { ...own(), lockfile, alias: 'web' });
  line.asked();
  await using image = await bound().ensureImage('web', { ...own(), lockfile });
  expect(image).toMatchObject({ origin: 'tier', trust: { level: 'pinned' } });
  expect(line.asked()).toEqual([]);
});

test('an address with a digest may come from a tier, and then counts as pinned, not as TLS', async () => {
  const url = 'https://images.acme.example/acme.raw.gz';
  const given = { ...own(), digest: sha256(packed) };
  const files = makeShelf();
  await using first = await line.ensure(url, { ...given, tiers: [files.tier] });
  expect(first.origin).toBe('network');
  await awaitBackgroundWork();
  const cacheDir = join(line.folder, 'other');
  const image = await line.ensure(url, { ...given, tiers: [files.tier], cacheDir });
  expect(image).toMatchObject({ origin: 'tier', trust: { level: 'pinned', pinned: true } });
  const record = JSON.parse(await readFile(`${image.path}.json`, 'utf8'));
  expect(record.trust).toMatchObject({ level: 'none', pinned: true });
});

describe('a damaged disk is restored from a tier', () => {
  test('by a call with verify', async () => {
    const { path } = await line.ensure('acme:1');
    await line.releaseAll();
    await damage(path);
    line.asked();
    const image = await line.ensure('acme:1', { verify: true, tiers: [shelf.tier] });
    expect(image).toMatchObject({ path, origin: 'tier' });
    expect(await sha256File(path)).toBe(sha256(disk));
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  test('by cache verify', async () => {
    const { path } = await line.ensure('acme:1');
    await line.releaseAll();
    await damage(path);
    line.asked();
    const { cacheDir, mirrors } = line;
    const verdicts = await Array.fromAsync(
      bound().verifyCache({ cacheDir, mirrors, repair: true }),
    );
    expect(verdicts).toMatchObject([{ state: 'repaired', remade: { from: 'tier' } }]);
    expect(verdicts[0]?.reason).toContain('fetched again from the tier shelf');
    expect(await sha256File(path)).toBe(sha256(disk));
    expect(line.asked()).toEqual([]);
  });
});

test('a copy that unpacks to more than the limit is refused if its digest is wrong', async () => {
  shelf.files.set(key, gzipSync(makeDisk(64 * 1024 ** 2)));
  const limits = { virtualBytes: 8 * 1024 ** 2 };
  const image = await line.ensure('acme:1', { tiers: [shelf.tier], limits });
  expect(image.origin).toBe('network');
  await awaitBackgroundWork();
  expect(shelf.told).toEqual(['visit', 'read 0-', 'refuse ERR_DIGEST', 'close']);
});

test('a correct copy that unpacks to more than the limit is not refused', async () => {
  const limits = { virtualBytes: 1024 ** 2 };
  const call = line.ensure('acme:1', { tiers: [shelf.tier], limits });
  await expect(call).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  expect(shelf.told).toEqual(['visit', 'read 0-', 'close']);
});
