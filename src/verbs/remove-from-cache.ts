import { basename, dirname, resolve } from 'node:path';
import type { Cache } from '../cache/cache.ts';
import { listStaging } from '../cache/entries/list.ts';
import { listNames } from '../cache/entries/names-on-disk.ts';
import { removeEntry } from '../cache/entries/remove.ts';
import { openExistingCache } from '../cache/existing-cache.ts';
import { requireCacheName } from '../cache/names/cache-name.ts';
import type { CacheOptions } from '../contracts/options.ts';
import { NotFoundError, UsageError } from '../errors.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface RemovedFromCache {
  /** Names without duplicates, in the given order. */
  removed: string[];
  /** Bytes that the files occupied. This includes blocks shared by a reflink, which are not freed. */
  freedBytes: number;
}

export type RemoveFromCache = (
  names: string | readonly string[],
  options?: CacheOptions,
) => Promise<RemovedFromCache>;

/**
 * Removes disks by name or path, with their companion files. Before it removes anything, throws `ERR_NOT_FOUND` for a
 * missing name and `ERR_INVALID_REQUEST` for an invalid one. Throws `ERR_CACHE_LOCKED` for a disk that another
 * process makes or uses.
 */
export async function removeNamed(
  names: string | readonly string[],
  given: CacheOptions = {},
): Promise<RemovedFromCache> {
  checkOptions(given, optionKinds.removeFromCache);
  const options = safeListeners(given);
  const cache = await openExistingCache(options);
  const removed = [...new Set(readNames(names).map((name) => nameOf(name, cache)))];
  for (const name of removed) requireCacheName(name);
  const there = [...(await listNames(cache)), ...(await listStaging(cache))];
  for (const name of removed) {
    if (!there.some((entry) => entry.name === name)) throw notThere(name, cache);
  }
  let freedBytes = 0;
  for (const name of removed) freedBytes += (await removeEntry(cache, name, options)).freedBytes;
  return { removed, freedBytes };
}

/** The types guarantee strings, but not for a caller in plain JavaScript. */
function readNames(names: unknown): string[] {
  const list = Array.isArray(names) ? names : [names];
  if (list.every((name) => typeof name === 'string')) return list;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'names must be texts',
    hint: 'Take the names from listCache().',
    details: { field: 'names' },
  });
}

function nameOf(name: string, cache: Cache): string {
  const path = resolve(name);
  return name.includes('/') && dirname(path) === cache.imagesDir ? basename(path) : name;
}

function notThere(name: string, cache: Cache): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `the cache has no entry ${name}`,
    hint: 'Run: rootdisk cache ls',
    details: { field: 'name', value: name, cacheDir: cache.cacheDir },
  });
}
