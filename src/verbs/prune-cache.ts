import { imagesDirOf } from '../cache/cache.ts';
import { defaultCacheDir } from '../cache/cache-folder.ts';
import { listStaging } from '../cache/entries/list.ts';
import { lookAt } from '../cache/entries/read.ts';
import { openExistingCache } from '../cache/existing-cache.ts';
import { listCandidates } from '../cache/prune/candidates.ts';
import { pruneEntries } from '../cache/prune/prune.ts';
import { type Swept, sweepCache, sweepLocks } from '../cache/prune/sweep.ts';
import type { CacheOptions } from '../contracts/options.ts';
import { UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { readAge } from '../parts/read-age.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface PruneOptions extends CacheOptions {
  /** Remove disks whose last use is longer ago, in milliseconds or as `30d`, `12h`. */
  olderThan?: number | string | undefined;
  /** Remove least recently used disks until the cache occupies at most this many bytes. */
  budget?: number | undefined;
  /**
   * Keep this many of the newest builds of each release, whatever the other options say. Without another option, all
   * other builds are removed.
   */
  keep?: number | undefined;
  /** Only report what would be removed. */
  dryRun?: boolean | undefined;
  /** The current time; default: now. */
  now?: Date | undefined;
}

/** A disk that was removed or kept, and why. */
export interface PrunedImage {
  name: string;
  /**
   * Bytes that it and its companion files occupied. This includes blocks shared by a reflink, which are not freed.
   */
  allocatedBytes: number;
  /** When a call last returned it; if none did, when it was made. */
  lastUsed: Date;
  reason: string;
}

export interface PrunedCache {
  /** Absolute path of the cache folder. */
  path: string;
  dryRun: boolean;
  /** Least recently used first, like `kept`. */
  removed: PrunedImage[];
  kept: PrunedImage[];
  /** Leftovers: unfinished downloads, documents not requested for 30 days, files of ended processes. */
  swept: Swept;
  freedBytes: number;
  /** Bytes that remain in use, including unfinished downloads. */
  keptBytes: number;
  /** Number of bytes by which the cache still exceeds the budget. */
  overBytes?: number;
}

export type PruneCache = (options?: PruneOptions) => Promise<PrunedCache>;

const dayMs = 86_400_000;

/**
 * Removes the disks that the options select. Without an option it removes only leftovers: downloads interrupted more
 * than a day ago, documents not requested for 30 days, temporary files. Always keeps disks that a process uses or
 * makes, and the base of an overlay.
 */
export async function pruneWith(given: PruneOptions = {}): Promise<PrunedCache> {
  checkOptions(given, optionKinds.pruneCache);
  const options = safeListeners(given);
  const { dryRun = false, now = new Date(), signal } = options;
  const rules = readRules(options);
  // Checked before the cache is opened: a cache that another process creates right afterwards is opened read-only.
  const isThere = (await lookAt(imagesDirOf(options.cacheDir ?? defaultCacheDir()))) !== undefined;
  const cache = await openExistingCache(options);
  if (isThere && !dryRun) cache.requireWritable();
  const oldestMs = rules.olderThanMs ?? Number.POSITIVE_INFINITY;
  const ages = {
    leftoverMs: Math.min(dayMs, oldestMs),
    documentMs: Math.min(30 * dayMs, oldestMs),
  };
  const swept = await sweepCache(cache, { ...ages, dryRun, now });
  const unfinished = (await listStaging(cache)).filter(
    ({ name }) => !swept.downloads.some((download) => download.name === name),
  );
  const otherBytes = sum(unfinished);
  const candidates = isThere ? await listCandidates(cache) : [];
  const pruned = await pruneEntries(cache, candidates, { rules, otherBytes, dryRun, now, signal });
  if (!dryRun && cache.writable) await sweepLocks(cache);
  const removed = pruned.filter(({ goes }) => goes).map(describe);
  const kept = pruned.filter(({ goes }) => !goes).map(describe);
  const keptBytes = sum(kept) + otherBytes;
  const { downloads, documents, temporaries } = swept;
  const overBytes = keptBytes - (rules.budgetBytes ?? Number.POSITIVE_INFINITY);
  return {
    path: cache.cacheDir,
    dryRun,
    removed,
    kept: [...kept, ...unfinished.map(describeUnfinished)],
    swept,
    freedBytes: sum(removed) + sum(downloads) + documents.freedBytes + temporaries.freedBytes,
    keptBytes,
    ...defined({ overBytes: overBytes > 0 ? overBytes : undefined }),
  };
}

function describe({ name, allocatedBytes, lastUsed, reason }: PrunedImage): PrunedImage {
  return { name, allocatedBytes, lastUsed, reason };
}

function describeUnfinished({
  name,
  allocatedBytes,
  changed,
  locked,
}: Awaited<ReturnType<typeof listStaging>>[number]): PrunedImage {
  const reason = locked ? 'being made' : 'unfinished; the next call continues it';
  return { name, allocatedBytes, lastUsed: changed, reason };
}

function readRules({ olderThan, budget, keep }: PruneOptions): {
  olderThanMs: number | undefined;
  budgetBytes: number | undefined;
  keep: number | undefined;
} {
  return {
    olderThanMs: olderThan === undefined ? undefined : readAge(olderThan, 'olderThan'),
    budgetBytes: readCount(budget, 'budget'),
    keep: readCount(keep, 'keep'),
  };
}

function readCount(value: number | undefined, field: string): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${field} must be a whole number, not negative`,
    hint: 'Correct the option and call again.',
    details: { field },
  });
}

function sum(items: readonly { allocatedBytes: number }[]): number {
  return items.reduce((total, { allocatedBytes }) => total + allocatedBytes, 0);
}
