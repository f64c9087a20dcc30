import { readdir, readlink, stat, utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import { removeEntry } from '../../../src/cache/entries/remove.ts';
import { isLeased, leaseName, leasePath } from '../../../src/cache/locks/lease.ts';
import { startChild } from '../child.ts';
import { makeEntry, nameOf } from '../entries/make-entry.ts';
import { tempDir } from '../temp-dir.ts';

const name = nameOf('1');

describe('leaseName', () => {
  it('is shared, and ends with the last release', async () => {
    const cache = await openCache(await tempDir());
    expect(await isLeased(cache, name)).toBe(false);
    const [a, b] = await Promise.all([leaseName(cache, name), leaseName(cache, name)]);
    expect(await isLeased(cache, nameOf('1', 'kernel'))).toBe(false);
    await a.release();
    await a.release();
    expect(await isLeased(cache, name)).toBe(true);
    await b.release();
    expect(await isLeased(cache, name)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'uses one descriptor for each name, for any number of callers',
    async () => {
      const cache = await openCache(await tempDir());
      const path = leasePath(cache, name);
      const descriptors = async () => {
        const open = await readdir('/proc/self/fd');
        const paths = open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
        return (await Promise.all(paths)).filter((found) => found === path).length;
      };
      const first = await leaseName(cache, name);
      const more = await Promise.all(Array.from({ length: 50 }, () => leaseName(cache, name)));
      for (let i = 0; i < 200; i += 1) more.push(await leaseName(cache, name));
      expect(await descriptors()).toBe(1);
      for (const lease of more) await lease.release();
      expect(await isLeased(cache, name)).toBe(true);
      await first.release();
      expect(await isLeased(cache, name)).toBe(false);
      expect(await descriptors()).toBe(0);
    },
  );

  it('lasts as long as the process, even if its object is not kept, and no longer', async () => {
    const cacheDir = await tempDir();
    const cache = await openCache(cacheDir);
    await makeEntry(cache, name);
    const child = startChild('hold-lease.ts', [cacheDir, name], { node: ['--expose-gc'] });
    expect(await child.line()).toBe('leased');
    expect(await isLeased(cache, name)).toBe(true);
    await expect(removeEntry(cache, name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    expect(await readEntry(cache, name)).toBeDefined();
    await child.kill();
    expect(await isLeased(cache, name)).toBe(false);
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
  });

  it('notes the time of the last use, at most once an hour', async () => {
    const cache = await openCache(await tempDir());
    const path = leasePath(cache, name);
    const use = async () => (await leaseName(cache, name)).release();
    await use();
    const now = Math.floor(Date.now() / 1000);
    await utimes(path, now - 1800, now - 1800);
    await use();
    expect((await stat(path)).mtimeMs).toBe((now - 1800) * 1000);
    await utimes(path, now - 7200, now - 7200);
    await use();
    expect((await stat(path)).mtimeMs).toBeGreaterThanOrEqual(now * 1000);
  });

  it.runIf(process.geteuid?.() === 0)(
    'is possible for users who can only read, once another user leased the entry (needs root)',
    async () => {
      const cacheDir = await tempDir();
      const cache = await openCache(cacheDir);
      await makeEntry(cache, name);
      await (await leaseName(cache, name)).release();
      const child = startChild('hold-lease.ts', [cacheDir, name, '65534']);
      expect(await child.line()).toBe('leased read-only');
      expect(await isLeased(cache, name)).toBe(true);
      await child.kill();
      expect(await isLeased(cache, name)).toBe(false);
    },
  );
});
