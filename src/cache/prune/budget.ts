import type { Cache } from '../cache.ts';
import { listStaging } from '../entries/list.ts';
import { listCandidates } from './candidates.ts';
import { type Pruned, pruneEntries } from './prune.ts';
import { sweepCache, sweepLocks } from './sweep.ts';

export interface BudgetRequest {
  budgetBytes: number;
  /** Bytes about to be written. */
  neededBytes: number;
  /** The build that this process is making under its lock: it is kept. */
  build: string;
  now: Date;
  signal: AbortSignal;
}

const dayMs = 86_400_000;

/** Removes the least recently used disks until there is space for `neededBytes`. */
export async function pruneToBudget(
  cache: Cache,
  { budgetBytes, neededBytes, build, now, signal }: BudgetRequest,
): Promise<{ removed: Pruned[]; overBytes: number }> {
  const ages = { leftoverMs: dayMs, documentMs: 30 * dayMs };
  const measure = async () => ({
    otherBytes: neededBytes + sum(await listStaging(cache)),
    candidates: await listCandidates(cache),
  });
  let { otherBytes, candidates } = await measure();
  if (otherBytes + sum(candidates) <= budgetBytes) return { removed: [], overBytes: 0 };
  await sweepCache(cache, { ...ages, dryRun: false, now });
  ({ otherBytes, candidates } = await measure());
  const pruned = await pruneEntries(cache, candidates, {
    rules: { budgetBytes },
    otherBytes,
    sparedBuild: build,
    dryRun: false,
    now,
    signal,
  });
  const removed = pruned.filter(({ goes }) => goes);
  if (removed.length > 0) await sweepLocks(cache);
  const keptBytes = otherBytes + sum(pruned.filter(({ goes }) => !goes));
  return { removed, overBytes: Math.max(0, keptBytes - budgetBytes) };
}

function sum(items: readonly { allocatedBytes: number }[]): number {
  return items.reduce((total, { allocatedBytes }) => total + allocatedBytes, 0);
}
