import { chmod, open, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cache, openCache } from '../../src/cache/cache-folder.ts';
import { type Entry, readEntry } from '../../src/cache/entries/read.ts';
import { removeEntry } from '../../src/cache/entries/remove.ts';
import { lockName } from '../../src/cache/locks/name-lock.ts';
import { makeClone } from '../../src/clone/make-clone.ts';
import { cloneDisk } from '../../src/index.ts';
import { diskBytes, makeEntry, nameOf } from '../cache/entries/make-entry.ts';
import { tempDir } from '../cache/temp-dir.ts';

const name = nameOf('20260725');

async function cachedDisk(): Promise<{ cache: Cache; entry: Entry; out: string; folder: string }> {
  const folder = await tempDir();
  const cache = await openCache(join(folder, 'cache'));
  return { cache, entry: await makeEntry(cache, name), out: join(folder, 'vm.raw'), folder };
}

/** As on a file system that shares no blocks. */
const noReflink = (): Promise<never> => Promise.reject(new Error('refused'));

describe('a disk of the cache', () => {
  test('is copied by its recorded extents', async () => {
    const { entry, out } = await cachedDisk();
    const seen: number[] = [];
    const onProgress = (_: number, total: number): unknown => seen.push(total);
    const made = await makeClone(entry.path, out, { onProgress }, noReflink);
    expect(made).toMatchObject({ method: 'copy', format: 'raw', virtualSize: diskBytes });
    expect((await readFile(out)).equals(await readFile(entry.path))).toBe(true);
    // Only the units that hold data are read.
    expect(Math.max(...seen)).toBeLessThan(512 * 1024);
  });

  test('is read as a whole where its extents are not kept', async () => {
    const { cache, entry, out } = await cachedDisk();
    await rm(cache.blocksPathOf(name));
    const seen: number[] = [];
    const onProgress = (_: number, total: number): unknown => seen.push(total);
    await makeClone(entry.path, out, { onProgress }, noReflink);
    expect((await readFile(out)).equals(await readFile(entry.path))).toBe(true);
    expect(Math.max(...seen)).toBe(diskBytes);
  });

  test('is leased meanwhile: a removal is refused, and possible afterwards', async () => {
    const { cache, entry, out } = await cachedDisk();
    let removal: unknown;
    const slowly = async (): Promise<never> => {
      removal = await removeEntry(cache, name).catch((error: unknown) => error);
      throw new Error('refused');
    };
    await makeClone(entry.path, out, {}, slowly);
    expect(removal).toMatchObject({ code: 'ERR_CACHE_LOCKED' });
    expect((await readFile(out)).length).toBe(diskBytes);
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
  });

  test('that was removed before is not found, and one removed by force says so', async () => {
    const { cache, entry, out, folder } = await cachedDisk();
    const byForce = async (source: string, target: string): Promise<never> => {
      await removeEntry(cache, name, { force: true });
      await open(source).catch((error: unknown) => {
        throw error;
      });
      throw new Error(target);
    };
    const gone = { code: 'ERR_NOT_FOUND', hint: expect.stringContaining('rootdisk ensure') };
    await expect(makeClone(entry.path, out, {}, byForce)).rejects.toMatchObject(gone);
    await expect(cloneDisk(entry, out)).rejects.toMatchObject(gone);
    expect(await readdir(folder)).toEqual(['cache']);
  });

  test('of which a removal is under way is waited for and then not found', async () => {
    const { cache, entry, out } = await cachedDisk();
    for (let round = 0; round < 5; round += 1) {
      if ((await readEntry(cache, name)) === undefined) await makeEntry(cache, name);
      const [removed, cloned] = await Promise.allSettled([
        removeEntry(cache, name),
        cloneDisk(entry, out, { force: true }),
      ]);
      // Either the clone held the disk, or the disk was gone before it was leased.
      const wasGone = cloned.status === 'rejected' ? cloned.reason : undefined;
      if (removed.status === 'rejected') expect(wasGone).toBeUndefined();
      if (wasGone !== undefined) expect(wasGone).toMatchObject({ code: 'ERR_NOT_FOUND' });
      if (cloned.status === 'fulfilled') expect((await readFile(out)).length).toBe(diskBytes);
    }
  });

  test('that was changed in the cache is refused', async () => {
    const { entry, out } = await cachedDisk();
    await chmod(entry.path, 0o644);
    await utimes(entry.path, 1, 1);
    await expect(cloneDisk(entry, out)).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
      hint: expect.stringContaining('cache verify --repair'),
    });
  });

  test('that is written to while it is cloned gives no clone', async () => {
    const { entry, out, folder } = await cachedDisk();
    const writing = async (): Promise<never> => {
      await chmod(entry.path, 0o644);
      const handle = await open(entry.path, 'r+');
      await handle.write(Buffer.from('changed'), 0, 7, 0);
      await handle.close();
      throw new Error('refused');
    };
    await expect(makeClone(entry.path, out, {}, writing)).rejects.toThrow('was written to');
    expect(await readdir(folder)).toEqual(['cache']);
  });

  test('can be cloned while a call holds the lock of its name', async () => {
    const { cache, entry, out } = await cachedDisk();
    const lock = await lockName(cache, name);
    await cloneDisk(entry, out);
    await lock.release();
    expect((await readFile(out)).length).toBe(diskBytes);
  });
});
