import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { requireLock } from '../locks/name-lock.ts';
import { requireCacheName } from '../names/cache-name.ts';
import { replaceFile } from '../replace-file.ts';

/**
 * Writes or replaces a small file of an entry in one step: a reader sees the old file or the new one. Needs the lock
 * of the entry's name.
 */
export async function placeText(
  cache: Cache,
  name: string,
  path: string,
  text: string,
): Promise<void> {
  const temporary = temporaryPath(cache, name);
  await inCache(path, 'write', async () => {
    await replaceFile(path, temporary, text, () => requireLock(cache, name));
    await syncImages(cache);
  });
}

/**
 * One path for each name, because the lock has one holder. It lies beside the staging folders, whose names never
 * begin with a dot.
 */
export function temporaryPath(cache: Cache, name: string): string {
  requireCacheName(name);
  return join(cache.folder('staging'), `.${name}.record`);
}

/**
 * Makes renames in the images folder survive a power loss. Not every file system supports it; there, a power loss may
 * remove the newest entry but leaves no entry wrong.
 */
export async function syncImages(cache: Cache): Promise<void> {
  const what = `${cache.imagesDir} cannot be synced, so a loss of power may take the newest disk`;
  await asBookkeeping(cache, what, undefined, async () => {
    const handle = await open(cache.imagesDir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}
