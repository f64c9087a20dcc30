import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { allTidied } from '../afterwards.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { listStaging } from '../entries/list.ts';
import { listFolder, listNames } from '../entries/names-on-disk.ts';
import { lookAt } from '../entries/read.ts';
import { allocatedBytes } from '../free-space.ts';
import { probeLockFile, unlinkLockFile } from '../locks/lock-file.ts';
import { dropLockFile, tryLockName } from '../locks/name-lock.ts';
import { buildName, parseCacheName } from '../names/cache-name.ts';
import { isRetired } from '../retired.ts';

/** What processes that ended left behind, and documents that no call has asked for in a long time. */
export interface Swept {
  /** Downloads that a call was cut off in, with the time of their last byte. */
  downloads: { name: string; allocatedBytes: number; changed: Date }[];
  documents: { count: number; freedBytes: number };
  /** Half written records, files of locks and the like. */
  temporaries: { count: number; freedBytes: number };
}

export interface SweepContext {
  /** Younger leftovers stay: the next call continues a download. */
  leftoverMs: number;
  documentMs: number;
  dryRun: boolean;
  now: Date;
}

/** Removes what no living process needs. What a lock says to be at work is left alone, and so is all that is young. */
export async function sweepCache(cache: Cache, context: SweepContext): Promise<Swept> {
  await allTidied(cache.imagesDir);
  const swept: Swept = {
    downloads: await sweepDownloads(cache, context),
    documents: { count: 0, freedBytes: 0 },
    temporaries: { count: 0, freedBytes: 0 },
  };
  const { leftoverMs, documentMs } = context;
  // A document is written anew each time that its server says it is still right: its mtime is its last use.
  await sweepFiles(cache.folder('http'), context, swept.documents, documentMs, isDocument);
  await sweepFiles(cache.folder('http'), context, swept.temporaries, leftoverMs, isNew);
  await sweepFiles(cache.folder('state'), context, swept.temporaries, leftoverMs, isNew);
  await sweepFiles(cache.folder('locks'), context, swept.temporaries, leftoverMs, isProbe);
  await sweepFiles(cache.folder('staging'), context, swept.temporaries, leftoverMs, isImported);
  await sweepFiles(cache.folder('staging'), context, swept.temporaries, 0, isRetired);
  await sweepRecords(cache, context, swept);
  return swept;
}

const isDocument = (file: string): boolean => /^[0-9a-f]{64}\.(?:json|body)$/.test(file);
const isNew = (file: string): boolean => file.endsWith('.new');
/** A download out of an archive; what its process still writes is young. */
const isImported = (file: string): boolean => file.startsWith('.import-');
const isProbe = (file: string): boolean => file.startsWith('.probe-');

async function sweepDownloads(
  cache: Cache,
  { leftoverMs, dryRun, now }: SweepContext,
): Promise<Swept['downloads']> {
  const swept: Swept['downloads'] = [];
  for (const { name, path, allocatedBytes, changed, locked } of await listStaging(cache)) {
    if (locked || now.getTime() - changed.getTime() < leftoverMs) continue;
    const isGone = dryRun || (await underLock(cache, name, () => removeAll(path)));
    if (isGone) swept.push({ name, allocatedBytes, changed });
  }
  return swept;
}

/** Records that were not put in place; their writer held the lock of the name. */
async function sweepRecords(
  cache: Cache,
  { leftoverMs, dryRun, now }: SweepContext,
  { temporaries }: Swept,
): Promise<void> {
  const folder = cache.folder('staging');
  for (const file of await listFolder(folder)) {
    const [, name = ''] = /^\.(.+)\.record$/.exec(file) ?? [];
    const path = join(folder, file);
    const stats = parseCacheName(name) === undefined ? undefined : await lookAt(path);
    if (stats === undefined || now.getTime() - stats.mtimeMs < leftoverMs) continue;
    if (!dryRun && !(await underLock(cache, name, () => removeAll(path)))) continue;
    temporaries.count += 1;
    temporaries.freedBytes += allocatedBytes(stats);
  }
}

async function sweepFiles(
  folder: string,
  { dryRun, now }: SweepContext,
  count: { count: number; freedBytes: number },
  oldestMs: number,
  isMeant: (file: string) => boolean,
): Promise<void> {
  for (const file of (await listFolder(folder)).filter(isMeant)) {
    const path = join(folder, file);
    const stats = await lookAt(path);
    if (stats === undefined || now.getTime() - stats.mtimeMs < oldestMs) continue;
    if (!dryRun) await removeAll(path);
    count.count += 1;
    count.freedBytes += allocatedBytes(stats);
  }
}

/**
 * Removes the files of locks and leases of which nothing is left. Each goes while it is held, and a process that waits for it takes
 * another one then, so none is lost that counts.
 */
export async function sweepLocks(cache: Cache): Promise<void> {
  const names = [...(await listNames(cache)), ...(await listStaging(cache))];
  const there = new Set(names.map(({ name }) => name));
  const builds = new Set([...there].map(buildName));
  for (const build of await listFolder(cache.folder('locks'))) {
    const name = `${build}.raw`;
    if (builds.has(build) || parseCacheName(name) === undefined) continue;
    await underLock(cache, name, () => dropLockFile(cache, name));
  }
  for (const name of await listFolder(cache.folder('leases'))) {
    const path = join(cache.folder('leases'), name);
    if (there.has(name) || parseCacheName(name) === undefined) continue;
    // A folder holds the leases of overlays.
    if ((await lookAt(path))?.isFile() !== true) continue;
    const lease = await probeLockFile(path, 'exclusive');
    if (lease !== undefined) await unlinkLockFile(path).finally(() => lease.release());
  }
}

async function underLock(cache: Cache, name: string, work: () => Promise<void>): Promise<boolean> {
  const lock = cache.writable ? await tryLockName(cache, name) : undefined;
  if (lock === undefined) return false;
  try {
    await work();
    return true;
  } finally {
    await lock.release();
  }
}

async function removeAll(path: string): Promise<void> {
  await inCache(path, 'remove', () => rm(path, { recursive: true, force: true }));
}
