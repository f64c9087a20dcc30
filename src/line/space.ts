import { stat } from 'node:fs/promises';
import { allTidied } from '../cache/afterwards.ts';
import { allocatedBytes, freeBytes } from '../cache/free-space.ts';
import { buildName } from '../cache/names/cache-name.ts';
import { pruneToBudget } from '../cache/prune/budget.ts';
import { CacheError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Making } from './making.ts';
import { estimatePeak } from './plan.ts';

/**
 * Removes disks until the cache is within its budget, and fails before the first byte when the cache has no room for what is planned, less what an earlier call left of it:
 * `ERR_NO_SPACE` with both numbers. Where no length is known, nothing is checked.
 */
export async function checkSpace(making: Making): Promise<void> {
  const { call, plan, staging } = making;
  const plannedBytes = plannedBytesOf(making);
  // What earlier calls are still removing will be free.
  await allTidied(call.cache.imagesDir);
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
    hint: 'Free space on this disk (rootdisk cache prune removes disks), or choose a cache folder on another with cacheDir.',
    details: { path: call.cache.imagesDir, neededBytes, freeBytes: free },
  });
}

/** Where the call has a budget: what goes for it is a warning, and so is a budget that cannot be met. */
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
 * How much of a disk may be fill (blocks of 0xFF): what is free now. It is data on disk, and the estimate before the first
 * byte cannot know of it.
 */
export function roomForFill(call: Call): Promise<number> {
  return freeBytes(call.cache.imagesDir);
}

function inMiB(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}

/** The plan's estimate; for a file whose layers only its bytes will tell, no more than the file itself. */
function plannedBytesOf({ call, plan, proven }: Making): number | undefined {
  const { layers, sizeBytes = proven.sizeBytes } = plan.artifact;
  if (sizeBytes === undefined || layers.length === 0) return sizeBytes;
  return estimatePeak(sizeBytes, layers, plan.format, call.parts.formats);
}
