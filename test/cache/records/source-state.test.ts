import { expect, test } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { readSourceState } from '../../../src/cache/records/source-state.ts';
import { startChild } from '../child.ts';
import { tempDir } from '../temp-dir.ts';

test('of two processes that end together the newer build is remembered, 200 times of 200', async () => {
  const cacheDir = await tempDir();
  const cache = await openCache(cacheDir);
  const children = [0, 1].map(() => startChild('remember-build.ts', [cacheDir]));
  for (const child of children) expect(await child.line()).toBe('ready');
  const wrong: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    // Each of them has the newer one in turn.
    for (const [index, { process }] of children.entries()) {
      const snapshot = index === round % 2 ? 20261115 : 20261101;
      process.stdin?.write(`${round} ${snapshot}\n`);
    }
    for (const child of children) expect(await child.line()).toBe(`done ${round}`);
    const key = { vendor: 'v', release: String(round), variant: '', arch: 'amd64' };
    const { builds, files } = await readSourceState(cache, { by: 'asked', ...key });
    const isNewest = builds.length === 1 && builds[0]?.snapshot === '20261115';
    const isLatest = files['disk'] === new Date(20261115).toISOString();
    if (!isNewest || !isLatest) wrong.push(round);
  }
  expect(wrong).toEqual([]);
}, 120_000);
