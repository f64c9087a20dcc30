import { compareVersions } from '../../kit/versions.ts';
import type { Cache } from '../cache.ts';
import { lookAtEach } from '../entries/look-at-each.ts';
import { listFolder, listNames, type NamedFile } from '../entries/names-on-disk.ts';
import { lookAt } from '../entries/read.ts';
import { allocatedTogether } from '../free-space.ts';
import { leasePath } from '../locks/lease.ts';

/** The facts about an entry that pruning compares; no record is read for them. */
export interface PruneCandidate extends NamedFile {
  /** Bytes that its files occupy. */
  allocatedBytes: number;
  /** Time of the last lease, else the time it was made. */
  lastUsed: Date;
  /** Time it was made, in milliseconds since 1970: the mtime of the disk. */
  madeMs: number;
}

/** All entries of a cache, damaged ones too, least recently used first. */
export async function listCandidates(cache: Cache): Promise<PruneCandidate[]> {
  const leases = new Set(await listFolder(cache.folder('leases')));
  const found = await lookAtEach(await listNames(cache), (named) =>
    weigh(cache, named, leases.has(named.name)),
  );
  return found.filter((one) => one !== undefined).sort(oldestUseFirst);
}

async function weigh(
  cache: Cache,
  named: NamedFile,
  hasLease: boolean,
): Promise<PruneCandidate | undefined> {
  const lease = hasLease ? await lookAt(leasePath(cache, named.name)) : undefined;
  const all = await Promise.all(named.files.map(lookAt));
  const files = all.filter((stats) => stats !== undefined);
  const [first] = files;
  // Removed after the folder was read.
  if (first === undefined) return undefined;
  const allocatedBytes = allocatedTogether(files);
  return { ...named, allocatedBytes, lastUsed: lease?.mtime ?? first.mtime, madeMs: first.mtimeMs };
}

function oldestUseFirst(a: PruneCandidate, b: PruneCandidate): number {
  return a.lastUsed.getTime() - b.lastUsed.getTime() || a.madeMs - b.madeMs;
}

/**
 * Names of the files of the newest `count` builds of each release. A build is a disk with its kernel and initrd, and
 * the same disk in the vendor's own format.
 */
export function newestOfEach(candidates: readonly PruneCandidate[], count: number): Set<string> {
  const releases = Map.groupBy(candidates, ({ parts }) =>
    JSON.stringify([parts.vendor, parts.release, parts.variant, parts.arch, parts.parametersHash]),
  );
  const names = [...releases.values()].flatMap((ofRelease) => {
    const builds = Map.groupBy(ofRelease, ({ parts }) => `${parts.snapshot}~${parts.digest8}`);
    const newest = [...builds.values()].sort(newestFirst).slice(0, count);
    return newest.flat().map(({ name }) => name);
  });
  return new Set(names);
}

function newestFirst(a: readonly PruneCandidate[], b: readonly PruneCandidate[]): number {
  const made = (build: readonly PruneCandidate[]) => Math.max(...build.map(({ madeMs }) => madeMs));
  const snapshot = (build: readonly PruneCandidate[]) => build[0]?.parts.snapshot ?? '';
  return made(b) - made(a) || compareVersions(snapshot(b), snapshot(a));
}
