import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitCleanUps } from '../background-work.ts';
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

/** Leftovers of ended processes, and documents that no call has requested for a long time. */
export interface Swept {
  /** Interrupted downloads, with the time of their last write. */
  downloads: { name: string; allocatedBytes: number; changed: Date }[];
  documents: { count: number; freedBytes: number };
  /** Half-written records, lock files and similar files. */
  temporaries: { count: number; freedBytes: number };
}

export interface SweepContext {
  /** Younger leftovers are kept: the next call resumes a download. */
  leftoverMs: number;
  documentMs: number;
  dryRun: boolean;
  now: Date;
}

/** Removes files that no running process needs. Keeps files whose lock is held, and all young files. */
export async function sweepCache(cache: Cache, context: SweepContext): Promise<Swept> {
  await awaitCleanUps(cache.imagesDir);
  const swept: Swept = {
    downloads: await sweepDownloads(cache, context),
    documents: { count: 0, freedBytes: 0 },
    temporaries: { count: 0, freedBytes: 0 },
  };
  const { leftoverMs, documentMs } = context;
  // A document is written again each time its server confirms it: its mtime is the time of its last use.
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
/** A download from an imported archive; a file that its process still writes is young. */
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

/** Removes records that were not renamed into place; their writer held the lock of the name. */
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
 * Removes lock files and lease files whose entry is gone. Each is removed while its lock is held, and a process that
 * waits for it then takes a new one, so no needed lock is lost.
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
    // A folder here holds the leases of overlays.
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
