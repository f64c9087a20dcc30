import { stat } from 'node:fs/promises';
import type { Log, Warning } from '../contracts/log.ts';
import { type Cache, imagesDirOf } from './cache.ts';
import { defaultCacheDir, openCache } from './cache-folder.ts';

/** The options of every call that maintains a cache. */
export interface CacheOptions {
  /** Cache folder; default: `rootdisk` below the platform's cache folder. */
  cacheDir?: string | undefined;
  /** Receives every step. */
  log?: Log | undefined;
  /** Cancels all waiting; the reason is rethrown. */
  signal?: AbortSignal | undefined;
}

/** The cache below a folder, opened without creating it. */
export async function openExistingCache(
  { cacheDir = defaultCacheDir(), log, signal }: CacheOptions,
  warn?: (warning: Warning) => void,
): Promise<Cache> {
  signal?.throwIfAborted();
  const stats = await stat(imagesDirOf(cacheDir)).catch(() => undefined);
  return await openCache(cacheDir, { readOnly: stats === undefined, log, warn });
}
