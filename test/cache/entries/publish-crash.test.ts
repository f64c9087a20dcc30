import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import { verifyEntry } from '../../../src/cache/entries/verify.ts';
import { isLocked } from '../../../src/cache/locks/name-lock.ts';
import { parseCacheName } from '../../../src/cache/names/cache-name.ts';
import { startChild } from '../child.ts';
import { tempDir } from '../temp-dir.ts';
import { makeEntry } from './make-entry.ts';

const rounds = Number(process.env['ROOTDISK_CRASH_ROUNDS'] ?? 12);

describe('a process that is killed while it publishes', () => {
  it('leaves only complete disks, and nothing that stops the next run', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir);
    let checked = 0;
    let next = 0;
    for (let round = 0; round < rounds; round += 1) {
      const child = startChild('publish-forever.ts', [cacheDir, String(next)]);
      for (let i = Math.floor(Math.random() * 4); i >= 0; i -= 1) await child.line();
      // At any point of the next one: a random moment is intended, and nothing waits for it.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      await child.kill();
      const files = await readdir(cache.imagesDir);
      const disks = files.filter((file) => parseCacheName(file) !== undefined);
      const numbers = disks.map((disk) => Number(/_s(\d+)\.raw$/.exec(disk)?.[1]));
      const last = Math.max(next - 1, ...numbers);
      for (const disk of disks) {
        const number = Number(/_s(\d+)\.raw$/.exec(disk)?.[1]);
        if (number < next) continue;
        const entry = await readEntry(cache, disk);
        // Every third disk is damaged on purpose before it is made again.
        if (entry === undefined && number === last && number % 3 === 0) continue;
        expect(entry, disk).toBeDefined();
        if (entry === undefined) continue;
        expect(await verifyEntry(entry), disk).toEqual({ state: 'intact' });
        checked += 1;
      }
      for (const name of await readdir(cache.folder('staging'))) {
        if (parseCacheName(name) === undefined) continue;
        expect(await isLocked(cache, name)).toBe(false);
        const entry = await makeEntry(cache, name, name);
        expect(entry.name).toBe(name);
        expect(await verifyEntry(entry)).toEqual({ state: 'intact' });
      }
      next = last + 2;
    }
    expect(checked).toBeGreaterThan(rounds / 2);
  });
});
