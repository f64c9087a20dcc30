import { stat } from 'node:fs/promises';
import { awaitCleanUps } from '../cache/background-work.ts';
import { allocatedBytes, freeBytes } from '../cache/free-space.ts';
import { buildName } from '../cache/names/cache-name.ts';
import { pruneToBudget } from '../cache/prune/budget.ts';
import { CacheError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Making } from './making.ts';
import { estimatePeak } from './plan.ts';

/**
 * Removes disks until the cache is within its budget. Then fails before the first byte if there is no space for the
 * plan, less what an earlier call already downloaded: `ERR_NO_SPACE` with both sizes. If no length is known, nothing
 * is checked.
 */
export async function checkSpace(making: Making): Promise<void> {
  const { call, plan, staging } = making;
  const plannedBytes = plannedBytesOf(making);
  // Space that earlier calls are still freeing counts as free.
  await awaitCleanUps(call.cache.imagesDir);
  const there = await stat(staging.download).then(allocatedBytes, () => 0);
  const neededBytes = Math.max(0, (plannedBytes ?? 0) - there);
  await keepBudget(call, buildName(plan.cacheName), neededBytes);
  if (plannedBytes === undefined) return;
  const free = await freeBytes(call.cache.imagesDir);
  if (neededBytes <= free) return;
  const { fileName } = plan.artifact;
  throw new CacheError({
    code: 'ERR_NO_SPACE',
    message: `${fileName} needs about ${inMiB(neededBytes)} in ${call.cache.imagesDir}, and ${inMiB(free)} are free`,
    hint: 'Free space on this disk (rootdisk cache prune removes disks), or choose a cache folder on another disk with cacheDir (--cache-dir).',
    details: { path: call.cache.imagesDir, neededBytes, freeBytes: free },
  });
}

/** For a call with a budget: each removed disk gives a warning, and so does a budget that cannot be met. */
async function keepBudget(call: Call, build: string, neededBytes: number): Promise<void> {
  const { cacheBudget: budgetBytes, now } = call.options;
  if (budgetBytes === undefined) return;
  const { removed, overBytes } = await pruneToBudget(call.cache, {
    ...{ budgetBytes, neededBytes, build, now, signal: call.signal },
  });
  const budget = `the budget of the cache (${inMiB(budgetBytes)})`;
  for (const { name, allocatedBytes, lastUsed } of removed) {
    const message = `removed ${name} (${inMiB(allocatedBytes)}, last used ${lastUsed.toISOString()}) for ${budget}`;
    call.warn({ code: 'cache-budget', message });
  }
  if (overBytes <= 0) return;
  const message = `${budget} is exceeded by about ${inMiB(overBytes)}: all other disks are in use or being made`;
  call.warn({ code: 'cache-budget', message });
}

/**
 * How many bytes of a disk may be fill (blocks of 0xFF): the space that is free now. Fill takes space on disk, but
 * the estimate before the first byte does not include it.
 */
export function roomForFill(call: Call): Promise<number> {
  return freeBytes(call.cache.imagesDir);
}

function inMiB(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}

/** The estimate of the plan; for a file with unknown layers, only the length of the file itself. */
function plannedBytesOf({ call, plan, proven }: Making): number | undefined {
  const { layers, sizeBytes = proven.sizeBytes } = plan.artifact;
  if (sizeBytes === undefined || layers.length === 0) return sizeBytes;
  return estimatePeak(sizeBytes, layers, plan.format, call.parts.formats);
}
