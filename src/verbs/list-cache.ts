import { type ListedEntry, listEntries, listStaging } from '../cache/entries/list.ts';
import { openExistingCache } from '../cache/existing-cache.ts';
import type { ImageIdentity } from '../contracts/image.ts';
import type { CacheOptions } from '../contracts/options.ts';
import type { TrustLevel } from '../contracts/proof.ts';
import { defined } from '../kit/defined.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

/** A disk of the cache, or its kernel or initrd. Its identity and origin are absent if its record cannot be read. */
export interface CachedImage extends Partial<ImageIdentity> {
  /** Name of the file in the cache; `removeFromCache` accepts it. */
  name: string;
  /** Absolute path. */
  path: string;
  /** A damaged disk is never returned to a caller. */
  state: 'ready' | 'damaged';
  /** Why the file is damaged. */
  defect?: string;
  /** Format of the file: `raw`, `qcow2`, `kernel`. */
  format?: string;
  /** Size of the contained disk in bytes. */
  virtualSize?: number;
  created?: Date;
  /** Upstream address of its source, without user info and query. */
  url?: string;
  /** Digest of the published file, hex. */
  sha256?: string;
  trust?: TrustLevel;
  /** Length of the file in bytes. */
  sizeBytes: number;
  /** Bytes that the file and its companion files occupy on disk. */
  allocatedBytes: number;
  /** True while a process uses it. */
  leased: boolean;
  /** When a call last returned it, to the hour; absent if no call did. */
  lastUsed?: Date;
}

/** A download that has not become a disk: an interrupted call left it, or a call is working on it. */
export interface UnfinishedDownload {
  name: string;
  /** Absolute path. */
  path: string;
  allocatedBytes: number;
  /** Time of its last write. */
  changed: Date;
  /** True while a process is working on it. */
  locked: boolean;
}

export interface CacheListing {
  /** Absolute path of the cache folder. */
  path: string;
  /** By name, including damaged ones. */
  entries: CachedImage[];
  unfinished: UnfinishedDownload[];
  totals: { entries: number; virtualBytes: number; allocatedBytes: number };
}

export type ListCache = (options?: CacheOptions) => Promise<CacheListing>;

/**
 * Lists everything in the cache and the space it occupies. A missing cache folder is not created, and gives an empty
 * list.
 */
export async function readListing(given: CacheOptions = {}): Promise<CacheListing> {
  checkOptions(given, optionKinds.listCache);
  const cache = await openExistingCache(safeListeners(given));
  const entries = (await listEntries(cache)).map(describe);
  const unfinished = await listStaging(cache);
  const totals = {
    entries: entries.length,
    virtualBytes: sum(entries.map(({ virtualSize, sizeBytes }) => virtualSize ?? sizeBytes)),
    allocatedBytes: sum([...entries, ...unfinished].map((entry) => entry.allocatedBytes)),
  };
  return { path: cache.cacheDir, entries, unfinished, totals };
}

/** The entry without the long lists of its record. */
function describe({ record, ...entry }: ListedEntry): CachedImage {
  if (record === undefined) return entry;
  const { identity, format, created, source, disk, trust } = record;
  return defined({
    ...identity,
    ...entry,
    format,
    virtualSize: disk.virtualSize,
    created: new Date(created),
    url: source.url,
    sha256: source.sha256,
    trust: trust.level,
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
