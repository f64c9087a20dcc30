import type { Stats } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheError } from '../../errors.ts';
import { pollDelay, sleep } from '../../kit/abort.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { allocatedTogether } from '../free-space.ts';
import { leasePath } from '../locks/lease.ts';
import { probeLockFile, unlinkLockFile } from '../locks/lock-file.ts';
import { dropLockFile, type NameLock, tryLockName } from '../locks/name-lock.ts';
import { overlaysOf, removeOverlayLeases } from '../locks/overlay-lease.ts';
import { buildName, parseCacheName, requireCacheName } from '../names/cache-name.ts';
import { listFolder, listNames } from './names-on-disk.ts';
import { temporaryPath } from './place-text.ts';
import { lookNow } from './read.ts';

/** What was removed. */
export interface Removal {
  /** False if there was nothing to remove. */
  removed: boolean;
  /** Bytes that the removed files occupied. */
  freedBytes: number;
}

export interface RemoveOptions {
  force?: boolean | undefined;
  /**
   * Removes the lock file without checking for other files of the build, which would list the folder once for each of
   * many entries. A process that waits for the lock creates the file again.
   */
  isOneOfMany?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Removes an entry with its record, kept download and staging folder. An entry that another process is making or
 * leases stays: `ERR_CACHE_LOCKED`. `force` removes a leased entry too; a process that has the file open can still
 * read it. A disk that is the backing file of an overlay is never removed, not even by `force`: the overlay would be
 * lost.
 */
export async function removeEntry(
  cache: Cache,
  name: string,
  { force = false, isOneOfMany = false, signal }: RemoveOptions = {},
): Promise<Removal> {
  requireCacheName(name);
  cache.requireWritable();
  const lock = await lockSoon(cache, name, signal);
  if (lock === undefined) throw inUse(cache, name, 'is being made by another process');
  try {
    // Held while the files are removed: a reader that takes a lease meanwhile waits, and then finds no entry.
    const lease = await probeLockFile(leasePath(cache, name), 'exclusive');
    if (lease === undefined && !force) throw inUse(cache, name, 'is in use');
    try {
      const [overlay, ...more] = await overlaysOf(cache, name);
      if (overlay !== undefined) throw isBacking(cache, name, overlay, more.length);
      const removal = await removeFiles(cache, name);
      await removeOverlayLeases(cache, name);
      if (lease !== undefined) await unlinkLockFile(leasePath(cache, name));
      if (isOneOfMany || !(await buildRemains(cache, name))) await dropLockFile(cache, name);
      return removal;
    } finally {
      lease?.release();
    }
  } finally {
    await lock.release();
  }
}

async function removeFiles(cache: Cache, name: string): Promise<Removal> {
  const removed: Stats[] = [];
  const staging = cache.stagingPathOf(name);
  const staged = (await listFolder(staging)).map((file) => join(staging, file));
  // The disk first: if this stops half-way, the remaining files are not an entry.
  for (const path of [...cache.filesOf(name), temporaryPath(cache, name), ...staged, staging]) {
    const stats = await lookNow(path);
    if (stats === undefined) continue;
    // `rm` would stat the file again and handle folders; neither is needed.
    const remove = () =>
      stats.isFile() ? unlink(path) : rm(path, { recursive: true, force: true });
    await inCache(path, 'remove', remove).catch((error: unknown) => {
      if (!(error instanceof CacheError && error.details.errno === 'ENOENT')) throw error;
    });
    removed.push(stats);
  }
  const files = removed.filter((stats) => stats.isFile());
  return { removed: removed.length > 0, freedBytes: allocatedTogether(files) };
}

async function buildRemains(cache: Cache, name: string): Promise<boolean> {
  const build = buildName(name);
  const staged = (await listFolder(cache.folder('staging'))).filter(
    (file) => parseCacheName(file) !== undefined,
  );
  const names = [...(await listNames(cache, build)).map((file) => file.name), ...staged];
  return names.some((other) => buildName(other) === build);
}

async function lockSoon(
  cache: Cache,
  name: string,
  signal?: AbortSignal,
): Promise<NameLock | undefined> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    signal?.throwIfAborted();
    const lock = await tryLockName(cache, name);
    if (lock !== undefined) return lock;
    await sleep(pollDelay(attempt, 40), signal);
  }
  return undefined;
}

function inUse(cache: Cache, name: string, why: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_LOCKED',
    message: `${name} ${why}; it was not removed`,
    hint: 'Wait until it is no longer used, or stop the process that uses it.',
    details: { path: cache.pathOf(name) },
  });
}

function isBacking(cache: Cache, name: string, overlay: string, more: number): CacheError {
  const others = more === 0 ? '' : ` and ${more} more`;
  return new CacheError({
    code: 'ERR_CACHE_LOCKED',
    message: `${name} is the backing file of the overlay ${overlay}${others}; it was not removed`,
    hint: 'Remove the overlay first, or make it independent with qemu-img rebase.',
    details: { path: cache.pathOf(name) },
  });
}
