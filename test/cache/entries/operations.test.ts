import { expect, test } from 'vitest';
import { listCache, pruneCache } from '../../../src/index.ts';
import { fillCache } from '../../bench/large-cache/fill-cache.ts';
import { tempDir } from '../temp-dir.ts';
import { watchFiles } from '../watch-files.ts';

const few = 40;
const more = 100;

/** The operations that each additional disk of a cache needs. */
async function costOfEach(
  work: (cacheDir: string) => Promise<number>,
): Promise<{ count: number; most: number }> {
  const [small, large] = [await tempDir(), await tempDir()];
  await fillCache(small, few);
  await fillCache(large, few + more);
  const asked = await watchFiles();
  expect(await work(small)).toBe(few);
  const before = asked.count;
  expect(await work(large)).toBe(few + more);
  return { count: (asked.count - 2 * before) / more, most: asked.most };
}

test('a list needs eight operations for each disk: its four files, and reading its record', async () => {
  const { count, most } = await costOfEach(
    async (cacheDir) => (await listCache({ cacheDir })).entries.length,
  );
  expect(count).toBeGreaterThan(3);
  expect(count).toBeLessThanOrEqual(8);
  // Several in parallel, but not all of them.
  expect(most).toBeGreaterThan(8);
  expect(most).toBeLessThan(130);
});

test('a prune reads no record, and removes a disk with its locks in thirty steps', async () => {
  const { count } = await costOfEach(
    async (cacheDir) => (await pruneCache({ cacheDir, budget: 0 })).removed.length,
  );
  expect(count).toBeGreaterThan(8);
  expect(count).toBeLessThanOrEqual(30);
});
