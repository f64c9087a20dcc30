import { compareVersions } from '../../kit/versions.ts';
import type { Cache } from '../cache.ts';
import {
  baseName,
  buildName,
  type CacheNameParts,
  parseCacheName,
  vendorStart,
} from '../names/cache-name.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { readNoted } from '../records/noted-entries.ts';
import { lookAtEach } from './look-at-each.ts';
import { listNames } from './names-on-disk.ts';
import { type Entry, examineEntry, readEntry, readEntryAmong } from './read.ts';

/** What entries must match; an absent member matches every entry. */
export interface EntryFilter {
  /** A key from `formatRequestKey`: a request that was answered with the entry. */
  request?: string | undefined;
  /** A name from a lock file or catalog that was answered with the entry. */
  alias?: string | undefined;
  /** A name; matches it and the names of other sources that differ only in their `~digest`. */
  base?: string | undefined;
  vendor?: string | undefined;
  arch?: string | undefined;
  variant?: string | undefined;
  /** Matches the release, the code name or the version. `latest` is not a release: use `request` for it. */
  release?: string | undefined;
  snapshot?: string | undefined;
  /** From `hashParameters`; `null` matches only entries without parameters. */
  parametersHash?: string | null | undefined;
  /** Format of the file: `raw`, `qcow2`, `kernel`. */
  format?: string | undefined;
  /** sha256 of the source, hex. */
  sourceSha256?: string | undefined;
}

/** The complete entries that match, newest first. Skips damaged entries; the log gives the reason. */
export async function findEntries(cache: Cache, filter: EntryFilter): Promise<Entry[]> {
  const names = await findNames(cache, filter);
  const found = await lookAtEach(names, (name) => readEntryAmong(cache, name));
  return found
    .filter((entry) => entry !== undefined)
    .filter(({ record }) => recordMatches(record, filter))
    .sort(newestFirst);
}

/** Matching disks that are not valid entries, because their size or mtime differs from the record; newest first. */
export async function findChanged(cache: Cache, filter: EntryFilter): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const name of await findNames(cache, filter)) {
    const { entry, path, record, stats } = await examineEntry(cache, name);
    if (entry !== undefined || stats === undefined || record?.name !== name) continue;
    if (recordMatches(record, filter)) found.push({ name, path, record });
  }
  return found.sort(newestFirst);
}

async function findNames(cache: Cache, filter: EntryFilter): Promise<string[]> {
  const base = filter.base === undefined ? undefined : baseName(filter.base);
  return (await listNames(cache, startOf(filter)))
    .filter(({ parts }) => nameMatches(parts, filter))
    .map(({ name }) => name)
    .filter((name) => base === undefined || baseName(name) === base);
}

/**
 * The matching entries that are noted for the request, newest first. Reads each entry only when the caller asks for
 * it. Stops at the first wrong note; the cache may hold entries that it does not give.
 */
export async function* findNoted(
  cache: Cache,
  filter: EntryFilter & { request: string },
): AsyncGenerator<Entry> {
  for (const { name, created, sha256 } of (await readNoted(cache, filter.request)) ?? []) {
    if (!same(filter.sourceSha256, sha256)) continue;
    const parts = parseCacheName(name);
    if (parts === undefined || !nameMatches(parts, filter)) return;
    const entry = await readEntry(cache, name);
    // Removed since then, or damaged.
    if (entry === undefined) continue;
    if (entry.record.created !== created || !recordMatches(entry.record, filter)) return;
    yield entry;
  }
}

/** The text with which every matching name begins. */
function startOf({ base, vendor }: EntryFilter): string {
  if (base !== undefined) return buildName(base);
  return vendor === undefined ? '' : vendorStart(vendor);
}

/** Comparing the name avoids reading the record. */
function nameMatches(parts: CacheNameParts, filter: EntryFilter): boolean {
  const { parametersHash, sourceSha256 } = filter;
  return (
    same(filter.vendor, parts.vendor) &&
    same(filter.arch, parts.arch) &&
    same(filter.variant, parts.variant) &&
    same(filter.snapshot, parts.snapshot) &&
    same(filter.format, parts.format) &&
    (sourceSha256 === undefined || sourceSha256.startsWith(parts.digest8 ?? '')) &&
    (parametersHash === undefined || parametersHash === (parts.parametersHash ?? null))
  );
}

function recordMatches(
  { requests, aliases, identity, source }: ImageRecord,
  filter: EntryFilter,
): boolean {
  const { request, alias, release } = filter;
  if (request !== undefined && !requests.includes(request)) return false;
  if (alias !== undefined && !aliases.includes(alias)) return false;
  if (!same(filter.sourceSha256, source.sha256)) return false;
  const names = [identity.release, identity.codename, identity.version];
  return (
    release === undefined || names.some((name) => name?.toLowerCase() === release.toLowerCase())
  );
}

function same(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === found;
}

function newestFirst(a: Entry, b: Entry): number {
  const [left, right] = [a.record, b.record];
  if (left.created !== right.created) return left.created < right.created ? 1 : -1;
  return (
    compareVersions(right.identity.snapshot, left.identity.snapshot) || (a.name < b.name ? -1 : 1)
  );
}
