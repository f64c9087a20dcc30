import { stat } from 'node:fs/promises';
import type { Warning } from '../contracts/log.ts';
import type { CacheOptions } from '../contracts/options.ts';
import { type Cache, imagesDirOf } from './cache.ts';
import { defaultCacheDir, openCache } from './cache-folder.ts';

/** The cache below a folder, opened without creating it. */
export async function openExistingCache(
  { cacheDir = defaultCacheDir(), log, signal }: CacheOptions,
  warn?: (warning: Warning) => void,
): Promise<Cache> {
  signal?.throwIfAborted();
  const stats = await stat(imagesDirOf(cacheDir)).catch(() => undefined);
  return await openCache(cacheDir, { readOnly: stats === undefined, log, warn });
}
