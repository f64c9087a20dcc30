import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cache, openCache } from '../../../src/cache/cache-folder.ts';
import { leaseName, leasePath } from '../../../src/cache/locks/lease.ts';
import { lockName } from '../../../src/cache/locks/name-lock.ts';
import { leaseForOverlay } from '../../../src/cache/locks/overlay-lease.ts';
import { openStaging } from '../../../src/cache/staging.ts';
import { createRootdisk, type PruneOptions } from '../../../src/core.ts';
import { makeEntry, nameOf } from '../entries/make-entry.ts';
import { tempDir } from '../temp-dir.ts';

const { pruneCache } = createRootdisk({});
const now = new Date('2026-06-01T00:00:00Z');
const days = (count: number): Date => new Date(now.getTime() - count * 86_400_000);

/** Entries that were last used this many days ago, in the given order; the first was made first. */
async function makeUsed(cache: Cache, ages: Record<string, number>): Promise<void> {
  for (const [snapshot, age] of Object.entries(ages)) {
    const name = nameOf(snapshot);
    await makeEntry(cache, name);
    await (await leaseName(cache, name)).release();
    await utimes(leasePath(cache, name), days(age), days(age));
  }
}

async function disks(cache: Cache): Promise<string[]> {
  const files = (await readdir(cache.imagesDir)).filter((file) => file.endsWith('.raw'));
  return files.map((file) => /_([^_]+)\.raw$/.exec(file)?.[1] ?? file);
}

async function prune(cache: Cache, options: PruneOptions) {
  const pruned = await pruneCache({ cacheDir: cache.cacheDir, now, ...options });
  const short = (list: typeof pruned.kept) =>
    list.map(({ name, reason }) => [/_([^_]+)\.raw$/.exec(name)?.[1], reason]);
  return { ...pruned, removed: short(pruned.removed), kept: short(pruned.kept) };
}

describe('removes', () => {
  test('no disk without an option', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 1000 });
    const { removed, kept, freedBytes } = await prune(cache, {});
    expect({ removed, kept, freedBytes }).toEqual({
      removed: [],
      kept: [['a', 'not selected by an option']],
      freedBytes: 0,
    });
  });

  test('disks that were not used for the given time; a dry run reports the same and removes none', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 40, b: 10, c: 31 });
    const dry = await prune(cache, { olderThan: '30d', dryRun: true });
    expect(await disks(cache)).toEqual(['a', 'b', 'c']);
    const done = await prune(cache, { olderThan: '30d' });
    expect(done).toEqual({ ...dry, dryRun: false });
    expect(done.removed.map(([snapshot]) => snapshot)).toEqual(['a', 'c']);
    expect(done.kept).toEqual([['b', 'used recently']]);
    expect(await disks(cache)).toEqual(['b']);
  });

  test('the least recently used first, until the budget is met; the freed bytes are those on disk', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 3, b: 9, c: 6 });
    let each = 0;
    for (const end of ['', '.json', '.blocks']) {
      each += (await stat(cache.pathOf(nameOf('a')) + end)).blocks * 512;
    }
    const pruned = await prune(cache, { budget: 2 * each });
    expect(pruned.removed).toEqual([['b', 'over the budget']]);
    expect(pruned).toMatchObject({ freedBytes: each, keptBytes: 2 * each });
    expect(pruned).not.toHaveProperty('overBytes');
    expect(await disks(cache)).toEqual(['a', 'c']);
    expect((await prune(cache, { budget: 0 })).kept).toEqual([]);
  });

  test('all except the newest of each release; kernel and disk are one build', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 1, b: 2, c: 3 });
    for (const [index, snapshot] of ['a', 'b', 'c'].entries()) {
      await utimes(cache.pathOf(nameOf(snapshot)), 0, 1000 + index);
    }
    await makeEntry(cache, nameOf('c', 'kernel'));
    await utimes(cache.pathOf(nameOf('c', 'kernel')), 0, 1003);
    const pruned = await prune(cache, { keep: 1 });
    expect(pruned.removed).toEqual([
      ['b', 'its release has newer builds'],
      ['a', 'its release has newer builds'],
    ]);
    expect(await disks(cache)).toEqual(['c']);
    expect(await readdir(cache.imagesDir)).toContain(nameOf('c', 'kernel'));
  });

  test('never the newest ones, with another option too', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 90, b: 60 });
    await utimes(cache.pathOf(nameOf('a')), 0, 1000);
    await utimes(cache.pathOf(nameOf('b')), 0, 2000);
    const pruned = await prune(cache, { olderThan: '30d', keep: 1, budget: 0 });
    expect(pruned.kept).toEqual([['b', 'the newest of its release']]);
    expect(pruned.overBytes).toBe(pruned.keptBytes);
    expect(await disks(cache)).toEqual(['b']);
  });

  test('no disk for invalid values', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 90 });
    for (const wrong of [{ olderThan: 'long' }, { olderThan: 0 }, { budget: -1 }, { keep: 1.5 }]) {
      await expect(prune(cache, wrong)).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    }
    expect(await disks(cache)).toEqual(['a']);
  });
});

test('no disk that is leased, being made, or the base of an overlay, and reports it', async () => {
  const cache = await openCache(await tempDir());
  await makeUsed(cache, { a: 90, b: 80, c: 70, d: 60 });
  const lease = await leaseName(cache, nameOf('a'));
  await utimes(leasePath(cache, nameOf('a')), days(90), days(90));
  const lock = await lockName(cache, nameOf('b'));
  const overlay = join(await tempDir(), 'vm.qcow2');
  const backing = cache.pathOf(nameOf('c'));
  const header = Buffer.alloc(512);
  header.write('QFI\xfb', 'latin1');
  header.writeBigUInt64BE(128n, 8);
  header.writeUInt32BE(backing.length, 16);
  header.write(backing, 128);
  await writeFile(overlay, header);
  await leaseForOverlay(cache, nameOf('c'), { overlay, backing });
  const expected = [
    ['a', 'in use'],
    ['b', 'being made'],
    ['c', `the base of ${overlay}`],
  ];
  for (const dryRun of [true, false]) {
    const { removed, kept } = await prune(cache, { budget: 0, dryRun });
    expect(kept).toEqual(expected);
    expect(removed).toEqual([['d', 'over the budget']]);
  }
  expect(await disks(cache)).toEqual(['a', 'b', 'c']);
  await lease.release();
  await lock.release();
  await rm(overlay);
  await prune(cache, { budget: 0 });
  expect(await disks(cache)).toEqual([]);
});

describe('leftovers', () => {
  const old = days(2);

  async function leave(cache: Cache, snapshot: string, changed: Date): Promise<string> {
    const lock = await lockName(cache, nameOf(snapshot));
    const staging = await openStaging(cache, nameOf(snapshot));
    await writeFile(staging.download, 'x'.repeat(10_000));
    await utimes(staging.download, changed, changed);
    await utimes(staging.dir, changed, changed);
    await lock.release();
    return staging.dir;
  }

  test('old ones are removed, young ones and those in use stay', async () => {
    const cache = await openCache(await tempDir());
    await leave(cache, 'old', old);
    await leave(cache, 'young', days(0.5));
    await leave(cache, 'busy', old);
    const lock = await lockName(cache, nameOf('busy'));
    const staging = cache.folder('staging');
    for (const [name, time] of [
      ['x1', old],
      ['x2', now],
    ] as const) {
      const file = join(staging, `.${nameOf(name)}.record`);
      await writeFile(file, '{}');
      await utimes(file, time, time);
    }
    const { swept, kept, freedBytes, keptBytes } = await pruneCache({
      cacheDir: cache.cacheDir,
      now,
    });
    expect(swept.downloads.map(({ name }) => name)).toEqual([nameOf('old')]);
    expect(swept.temporaries.count).toBe(1);
    expect(kept.map(({ name, reason }) => [name, reason])).toEqual([
      [nameOf('busy'), 'being made'],
      [nameOf('young'), 'unfinished; the next call continues it'],
    ]);
    expect(await readdir(staging)).toEqual([
      `.${nameOf('x2')}.record`,
      nameOf('busy'),
      nameOf('young'),
    ]);
    expect(freedBytes).toBeGreaterThan(0);
    expect(keptBytes).toBeGreaterThan(0);
    await lock.release();
  });

  test('documents that no call uses, and lock files of removed disks', async () => {
    const cache = await openCache(await tempDir());
    await makeUsed(cache, { a: 90, b: 1 });
    const http = cache.folder('http');
    const hex = (digit: string) => digit.repeat(64);
    await mkdir(http, { recursive: true });
    const files = { [`${hex('1')}.json`]: 40, [`${hex('1')}.body`]: 40, [`${hex('2')}.body`]: 3 };
    const others = { [`${hex('3')}.body.new`]: 40, 'a note of the user': 400 };
    for (const [file, age] of Object.entries({ ...files, ...others })) {
      await writeFile(join(http, file), 'x');
      await utimes(join(http, file), days(age), days(age));
    }
    await (await leaseName(cache, nameOf('gone'))).release();
    const { swept } = await pruneCache({ cacheDir: cache.cacheDir, now, olderThan: '60d' });
    expect(swept.documents.count).toBe(2);
    expect(swept.temporaries.count).toBe(1);
    expect(await readdir(http)).toEqual([`${hex('2')}.body`, 'a note of the user']);
    expect(await readdir(cache.folder('leases'))).toEqual([nameOf('b')]);
    expect(await readdir(cache.folder('locks'))).toEqual([nameOf('b').replace('.raw', '')]);
  });

  test('a cache that does not exist is not created', async () => {
    const cacheDir = join(await tempDir(), 'none');
    expect(await pruneCache({ cacheDir })).toMatchObject({ removed: [], kept: [] });
    await expect(stat(cacheDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
