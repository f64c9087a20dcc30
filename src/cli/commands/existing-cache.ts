import { stat } from 'node:fs/promises';
import { type Cache, imagesDirOf } from '../../cache/cache.ts';
import { openCache } from '../../cache/cache-folder.ts';
import type { Log } from '../../core.ts';

/** The cache below a folder; a look at one that is not there does not make it. */
export async function openExistingCache(cacheDir: string, log: Log): Promise<Cache> {
  const stats = await stat(imagesDirOf(cacheDir)).catch(() => undefined);
  return await openCache(cacheDir, { readOnly: stats === undefined, log });
}
