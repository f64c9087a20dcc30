import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureImage } from '../../src/index.ts';
import { createOpenpgpSigner } from '../../src/testing/index.ts';
import { fillCache } from '../bench/large-cache/fill-cache.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { watchFiles } from '../cache/watch-files.ts';

/** A call that a cache with this many disks answers. */
async function fillForHit(
  disks: number,
  how: 'snapshot' | 'digest',
  keys: string[] = [],
): Promise<() => Promise<void>> {
  const cacheDir = await tempDir();
  const { identity, source } = await fillCache(cacheDir, disks);
  const asked = `${identity.vendor}:${identity.release}`;
  return async () => {
    const options = { arch: 'amd64' as const, cacheDir, keys };
    const image =
      how === 'digest'
        ? await ensureImage(asked, { ...options, digest: `sha256:${source.sha256}` })
        : await ensureImage(`${asked}@${identity.snapshot}`, options);
    expect(image.origin).toBe('cache');
    await image.dispose();
  };
}

/** The file system operations of one hit, after one that found everything. */
async function costOfHit(
  disks: number,
  how: 'snapshot' | 'digest',
  keys?: string[],
): Promise<[number, number]> {
  const hit = await fillForHit(disks, how, keys);
  await hit();
  const watched = await watchFiles({ all: true });
  await hit();
  return [watched.count, watched.atOnce];
}

test.each(['snapshot', 'digest'] as const)(
  'a hit by %s needs some thirty operations, none in the thread pool, in a cache of any size',
  async (how) => {
    const [pooled, atOnce] = await costOfHit(1, how);
    expect(pooled).toBe(0);
    expect(atOnce).toBeGreaterThan(10);
    expect(atOnce).toBeLessThanOrEqual(30);
    expect(await costOfHit(200, how)).toEqual([0, atOnce]);
  },
);

test('a key file costs a few operations more, none in the thread pool', async () => {
  const plain = await costOfHit(1, 'digest');
  const key = join(await tempDir(), 'own.asc');
  await writeFile(key, createOpenpgpSigner().publicKey);
  const [pooled, atOnce] = await costOfHit(1, 'digest', [key]);
  expect(pooled).toBe(0);
  expect(atOnce - plain[1]).toBeLessThanOrEqual(5);
});

test('consecutive hits let timers run', async () => {
  const hit = await fillForHit(1, 'digest');
  // The first call loads modules, which takes turns of its own.
  await hit();
  let hasFired = false;
  setTimeout(() => {
    hasFired = true;
  }, 1);
  for (let hits = 0; hits < 500 && !hasFired; hits += 1) await hit();
  expect(hasFired).toBe(true);
});
