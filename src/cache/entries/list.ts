import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../kit/defined.ts';
import type { Cache } from '../cache.ts';
import { allocatedTogether } from '../free-space.ts';
import { isLeased, leasePath } from '../locks/lease.ts';
import { isLocked } from '../locks/name-lock.ts';
import { parseCacheName } from '../names/cache-name.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { lookAtEach } from './look-at-each.ts';
import { listFolder, listNames, type NamedFile } from './names-on-disk.ts';
import { examineEntry, lookAt } from './read.ts';

/** One line of `cache ls`. A damaged entry is never served. */
export interface ListedEntry {
  name: string;
  path: string;
  state: 'ready' | 'damaged';
  /** Why the entry is damaged. */
  defect?: string;
  record?: ImageRecord;
  /** Length of the disk in bytes. */
  sizeBytes: number;
  /** Bytes that the disk and its companion files occupy. */
  allocatedBytes: number;
  leased: boolean;
  /** Time of the last lease, to the hour; absent if there was none. */
  lastUsed?: Date;
}

/** A staging folder, `.staging/<name>/`, of a running or interrupted call. */
export interface ListedStaging {
  name: string;
  path: string;
  allocatedBytes: number;
  /** Time of the last write. */
  changed: Date;
  /** True while a process holds the lock. */
  locked: boolean;
}

/** All entries by name, damaged ones too. Lists two folders once instead of asking for each entry. */
export async function listEntries(cache: Cache): Promise<ListedEntry[]> {
  const leases = new Set(await listFolder(cache.folder('leases')));
  const lines = await lookAtEach(await listNames(cache), (named) =>
    listEntry(cache, named, leases.has(named.name)),
  );
  return lines.filter((line) => line !== undefined);
}

async function listEntry(
  cache: Cache,
  { name, files: seen }: NamedFile,
  hasLease: boolean,
): Promise<ListedEntry | undefined> {
  const { path, entry, defect, record, stats } = await examineEntry(cache, name);
  const beside = await lookAtAll(seen.filter((file) => file !== path));
  const files = stats === undefined ? beside : [stats, ...beside];
  if (files.length === 0) return undefined;
  const lease = hasLease ? await lookAt(leasePath(cache, name)) : undefined;
  const isReady = entry !== undefined;
  return defined({
    name,
    path,
    state: isReady ? ('ready' as const) : ('damaged' as const),
    defect: isReady ? undefined : (defect ?? 'its disk is missing'),
    record,
    sizeBytes: stats?.size ?? 0,
    allocatedBytes: allocatedTogether(files),
    leased: lease !== undefined && (await isLeased(cache, name)),
    lastUsed: lease?.mtime,
  });
}

/** Every staging folder, by name. */
export async function listStaging(cache: Cache): Promise<ListedStaging[]> {
  const listed: ListedStaging[] = [];
  for (const name of await listFolder(cache.folder('staging'))) {
    if (parseCacheName(name) === undefined) continue;
    const path = cache.stagingPathOf(name);
    const files = (await listFolder(path)).map((file) => join(path, file));
    const found = await lookAtAll([path, ...files]);
    const changed = new Date(Math.max(...found.map(({ mtimeMs }) => mtimeMs)));
    // Removed after the folder was read.
    if (found.length === 0) continue;
    const allocated = allocatedTogether(found.filter((stats) => stats.isFile()));
    const locked = await isLocked(cache, name);
    listed.push({ name, path, allocatedBytes: allocated, changed, locked });
  }
  return listed;
}

async function lookAtAll(paths: readonly string[]): Promise<Stats[]> {
  return (await Promise.all(paths.map(lookAt))).filter((stats) => stats !== undefined);
}
