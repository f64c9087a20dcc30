import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Cache, openCache } from '../../../src/cache/cache-folder.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import { removeEntry } from '../../../src/cache/entries/remove.ts';
import { leaseForOverlay, overlaysOf } from '../../../src/cache/locks/overlay-lease.ts';
import { formatOverlay } from '../../../src/clone/overlay.ts';
import { makeEntry, nameOf } from '../entries/make-entry.ts';
import { tempDir } from '../temp-dir.ts';

const name = nameOf('20260725');

async function cacheWithOverlay(): Promise<{ cache: Cache; overlay: string; backing: string }> {
  const folder = await tempDir();
  const cache = await openCache(join(folder, 'cache'));
  const { path: backing } = await makeEntry(cache, name);
  const overlay = join(folder, 'vm.qcow2');
  await leaseForOverlay(cache, name, { overlay, backing });
  await placeOverlay(overlay, backing);
  return { cache, overlay, backing };
}

async function placeOverlay(path: string, backing: string): Promise<void> {
  await writeFile(path, formatOverlay({ virtualSize: 1024 ** 3, backing, backingFormat: 'raw' }));
}

describe('the lease of an overlay', () => {
  it('keeps the backing file, also against force, and the error names the overlay', async () => {
    const { cache, overlay } = await cacheWithOverlay();
    expect(await overlaysOf(cache, name)).toEqual([overlay]);
    for (const force of [false, true]) {
      await expect(removeEntry(cache, name, { force })).rejects.toMatchObject({
        code: 'ERR_CACHE_LOCKED',
        message: expect.stringContaining(`the overlay ${overlay};`),
      });
    }
    expect(await readEntry(cache, name)).toBeDefined();
  });

  it('ends when the overlay is removed, and its file is removed with the disk', async () => {
    const { cache, overlay } = await cacheWithOverlay();
    await rm(overlay);
    expect(await overlaysOf(cache, name)).toEqual([]);
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
    expect(await readdir(cache.folder('leases'))).toEqual([]);
  });

  it('ends when another file, a folder or an overlay on another disk is in its place', async () => {
    const { cache, overlay, backing } = await cacheWithOverlay();
    await writeFile(overlay, 'QFI');
    expect(await overlaysOf(cache, name)).toEqual([]);
    await placeOverlay(overlay, '/elsewhere.raw');
    expect(await overlaysOf(cache, name)).toEqual([]);
    await placeOverlay(overlay, backing);
    expect(await overlaysOf(cache, name)).toEqual([overlay]);
    await rm(overlay);
    await mkdir(overlay);
    expect(await overlaysOf(cache, name)).toEqual([]);
    expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
  });

  it('reports the number of further overlays', async () => {
    const { cache, overlay, backing } = await cacheWithOverlay();
    const second = `${overlay}.2`;
    await leaseForOverlay(cache, name, { overlay: second, backing });
    await placeOverlay(second, backing);
    await expect(removeEntry(cache, name)).rejects.toThrow(`${overlay} and 1 more`);
    await rename(overlay, `${overlay}.moved`);
    await expect(removeEntry(cache, name)).rejects.toThrow(`the overlay ${second};`);
  });

  it('is refused in a cache that this process can only read', async () => {
    const { cache, backing } = await cacheWithOverlay();
    const reader = await openCache(cache.cacheDir, { readOnly: true });
    const lease = { overlay: '/other.qcow2', backing };
    await expect(leaseForOverlay(reader, name, lease)).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
    });
  });
});
