import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { listCache, pruneCache } from '../../../src/index.ts';
import { fillCache } from '../../bench/large-cache/fill-cache.ts';
import { tempDir } from '../temp-dir.ts';

const few = 40;
const more = 100;

/** Counts what is asked of the file system, and how much of it at the same time. */
async function watch(): Promise<{ count: number; most: number }> {
  const asked = { count: 0, most: 0 };
  let open = 0;
  const handle = await fs.open('/dev/null');
  const handles = Object.getPrototypeOf(handle);
  await handle.close();
  const watched: [object, string][] = [
    ...['lstat', 'stat', 'open', 'readdir', 'readFile', 'unlink', 'rm', 'access'].map(
      (name): [object, string] => [fs, name],
    ),
    ...['read', 'stat', 'close', 'readFile'].map((name): [object, string] => [handles, name]),
  ];
  for (const [owner, name] of watched) {
    const real = Reflect.get(owner, name);
    Reflect.set(owner, name, async function (this: unknown, ...parameters: unknown[]) {
      asked.count += 1;
      open += 1;
      asked.most = Math.max(asked.most, open);
      try {
        return await Reflect.apply(real, this, parameters);
      } finally {
        open -= 1;
      }
    });
    onTestFinished(() => {
      Reflect.set(owner, name, real);
      syncBuiltinESMExports();
    });
  }
  syncBuiltinESMExports();
  return asked;
}

/** What each further disk of a cache adds. */
async function costOfEach(
  work: (cacheDir: string) => Promise<number>,
): Promise<{ count: number; most: number }> {
  const [small, large] = [await tempDir(), await tempDir()];
  await fillCache(small, few);
  await fillCache(large, few + more);
  const asked = await watch();
  expect(await work(small)).toBe(few);
  const before = asked.count;
  expect(await work(large)).toBe(few + more);
  return { count: (asked.count - 2 * before) / more, most: asked.most };
}

test('a list asks eight things of each disk: its four files, and what its record says', async () => {
  const { count, most } = await costOfEach(
    async (cacheDir) => (await listCache({ cacheDir })).entries.length,
  );
  expect(count).toBeGreaterThan(3);
  expect(count).toBeLessThanOrEqual(8);
  // Several at once, and not all of them.
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
