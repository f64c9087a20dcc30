import { isImageError } from '../../errors.ts';
import type { Cache } from '../cache.ts';
import { removeEntry } from '../entries/remove.ts';
import { isLeased } from '../locks/lease.ts';
import { isLocked } from '../locks/name-lock.ts';
import { overlaysOf } from '../locks/overlay-lease.ts';
import { buildName } from '../names/cache-name.ts';
import { newestOfEach, type PruneCandidate } from './candidates.ts';

/** Which entries are removed; an absent rule removes none. */
interface PruneRules {
  /** Removes entries whose last use is longer ago, in milliseconds. */
  olderThanMs?: number | undefined;
  /** Removes least recently used entries until the rest occupies at most this many bytes. */
  budgetBytes?: number | undefined;
  /**
   * Keeps this many builds of each release, whatever the other rules say; without other rules, removes all other
   * builds.
   */
  keep?: number | undefined;
}

/** What was done with an entry, and why. */
export interface Pruned {
  name: string;
  goes: boolean;
  /** Bytes that it occupied. */
  allocatedBytes: number;
  lastUsed: Date;
  reason: string;
}

export interface PruneContext {
  rules: PruneRules;
  /** Other bytes that count against the budget: unfinished downloads, and the planned write. */
  otherBytes: number;
  /** The build that is being made; it is kept. */
  sparedBuild?: string | undefined;
  dryRun: boolean;
  now: Date;
  signal?: AbortSignal | undefined;
}

/**
 * Removes the entries that the rules select, least recently used first. An entry that a process is making or leases,
 * or that is the base of an overlay, is kept: `removeEntry` checks this under its locks.
 */
export async function pruneEntries(
  cache: Cache,
  candidates: readonly PruneCandidate[],
  { rules, otherBytes, sparedBuild, dryRun, now, signal }: PruneContext,
): Promise<Pruned[]> {
  const newest = newestOfEach(candidates, rules.keep ?? 0);
  let totalBytes = otherBytes + sum(candidates.map(({ allocatedBytes }) => allocatedBytes));
  const pruned: Pruned[] = [];
  for (const { name, allocatedBytes, lastUsed } of candidates) {
    signal?.throwIfAborted();
    const isNewest = newest.has(name);
    const isSpared = isNewest || buildName(name) === sparedBuild;
    const ageMs = now.getTime() - lastUsed.getTime();
    const why = isSpared ? undefined : reasonToGo(rules, ageMs, totalBytes);
    const held = why === undefined ? undefined : await tryRemove(cache, name, dryRun, signal);
    const goes = why !== undefined && held === undefined;
    if (goes) totalBytes -= allocatedBytes;
    const kept = reasonToStay(rules, isNewest);
    pruned.push({ name, goes, allocatedBytes, lastUsed, reason: goes ? why : (held ?? kept) });
  }
  return pruned;
}

function reasonToGo(rules: PruneRules, ageMs: number, totalBytes: number): string | undefined {
  const { olderThanMs, budgetBytes, keep } = rules;
  if (olderThanMs !== undefined && ageMs >= olderThanMs) return 'last used too long ago';
  if (budgetBytes !== undefined && totalBytes > budgetBytes) return 'over the budget';
  const isKeepAlone = keep !== undefined && olderThanMs === undefined && budgetBytes === undefined;
  return isKeepAlone ? 'its release has newer builds' : undefined;
}

function reasonToStay({ olderThanMs, budgetBytes, keep }: PruneRules, isNewest: boolean): string {
  if (isNewest)
    return keep === 1 ? 'the newest of its release' : `one of the newest ${keep} of its release`;
  if (budgetBytes !== undefined) return 'within the budget';
  return olderThanMs === undefined ? 'not selected by an option' : 'used recently';
}

/** Removes an entry, or returns who needs it. It looks for the user only when the removal is refused. */
async function tryRemove(
  cache: Cache,
  name: string,
  dryRun: boolean,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (dryRun) return await whoNeeds(cache, name);
  try {
    await removeEntry(cache, name, { isOneOfMany: true, signal });
    return undefined;
  } catch (error) {
    if (isImageError(error, 'ERR_CACHE_LOCKED')) return (await whoNeeds(cache, name)) ?? 'in use';
    throw error;
  }
}

async function whoNeeds(cache: Cache, name: string): Promise<string | undefined> {
  const [overlay, ...more] = await overlaysOf(cache, name);
  if (overlay !== undefined) {
    return `the base of ${overlay}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  }
  if (await isLeased(cache, name)) return 'in use';
  return (await isLocked(cache, name)) ? 'being made' : undefined;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
