import { type ListedEntry, listEntries, listStaging } from '../cache/entries/list.ts';
import { openExistingCache } from '../cache/existing-cache.ts';
import type { ImageIdentity } from '../contracts/image.ts';
import type { CacheOptions } from '../contracts/options.ts';
import type { TrustLevel } from '../contracts/proof.ts';
import { defined } from '../kit/defined.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

/** A disk of the cache, or its kernel or initrd. Who it is and where it is from are absent where its record cannot be read. */
export interface CachedImage extends Partial<ImageIdentity> {
  /** Of the file in the cache; `removeFromCache` takes it. */
  name: string;
  /** Absolute. */
  path: string;
  /** A damaged disk is never given to a caller. */
  state: 'ready' | 'damaged';
  /** Why it is damaged. */
  defect?: string;
  /** Of the file: `raw`, `qcow2`, `kernel`. */
  format?: string;
  /** Bytes of the disk inside. */
  virtualSize?: number;
  created?: Date;
  /** Where its source was published, without user info and query. */
  url?: string;
  /** Of the published file, hex. */
  sha256?: string;
  trust?: TrustLevel;
  /** Length of the file. */
  sizeBytes: number;
  /** What the file and all that belongs to it occupy on disk. */
  allocatedBytes: number;
  /** A process uses it at this moment. */
  leased: boolean;
  /** When a call was given it last, to the hour; absent when none ever was. */
  lastUsed?: Date;
}

/** A download that has not become a disk: a call that was cut off left it, or is at work on it. */
export interface UnfinishedDownload {
  name: string;
  /** Absolute. */
  path: string;
  allocatedBytes: number;
  /** When its last byte came. */
  changed: Date;
  /** A process is at work on it. */
  locked: boolean;
}

export interface CacheListing {
  /** The cache folder, absolute. */
  path: string;
  /** By name, the damaged included. */
  entries: CachedImage[];
  unfinished: UnfinishedDownload[];
  totals: { entries: number; virtualBytes: number; allocatedBytes: number };
}

export type ListCache = (options?: CacheOptions) => Promise<CacheListing>;

/** Everything in the cache and what it occupies. A cache folder that is not there is not made, and lists nothing. */
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

/** Without the record's long lists. */
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
