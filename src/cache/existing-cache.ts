import { stat } from 'node:fs/promises';
import type { Log, Warning } from '../contracts/log.ts';
import { type Cache, imagesDirOf } from './cache.ts';
import { defaultCacheDir, openCache } from './cache-folder.ts';

/** What every call takes that looks after a cache. */
export interface CacheOptions {
  /** Folder of all caches; default: the platform's cache folder, `rootdisk` below it. */
  cacheDir?: string | undefined;
  /** Hears every step. */
  log?: Log | undefined;
  /** Stops everything that waits; the reason is rethrown. */
  signal?: AbortSignal | undefined;
}

/** The cache below a folder; a look at one that is not there does not make it. */
export async function openExistingCache(
  { cacheDir = defaultCacheDir(), log, signal }: CacheOptions,
  warn?: (warning: Warning) => void,
): Promise<Cache> {
  signal?.throwIfAborted();
  const stats = await stat(imagesDirOf(cacheDir)).catch(() => undefined);
  return await openCache(cacheDir, { readOnly: stats === undefined, log, warn });
}
