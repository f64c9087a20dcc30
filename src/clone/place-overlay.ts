import { realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asBookkeeping } from '../cache/bookkeeping.ts';
import { leaseForOverlay } from '../cache/locks/overlay-lease.ts';
import { placeOutput } from '../convert/place-output.ts';
import type { CloneJob, MadeClone } from './job.ts';
import { formatOverlay, type OverlayFacts } from './overlay.ts';

/**
 * Writes an overlay. The lease on its backing file exists before the overlay does, so the cache always keeps that
 * file. If the cache cannot be written, the caller gets a warning and still gets the overlay.
 */
export async function writeOverlay(job: CloneJob, facts: OverlayFacts): Promise<MadeClone> {
  const { source, output, partial, force, signal } = job;
  await writeFile(partial, formatOverlay(facts), { flag: 'wx', mode: 0o644 });
  signal.throwIfAborted();
  const backingKept = await leaseBacking(job, facts.backing);
  await source.requireUnchanged();
  await placeOutput(partial, output, force);
  const { virtualSize, backing } = facts;
  return { method: 'overlay', format: 'qcow2', virtualSize, backing, backingKept };
}

/**
 * False if the cache does not keep the backing file. If the overlay then cannot be created, its lease does not count,
 * and the next lease sweeps it.
 */
async function leaseBacking({ source, output }: CloneJob, backing: string): Promise<boolean> {
  if (source.cached === undefined) return false;
  const { cache, name } = source.cached;
  // The real path, because other processes may use another working folder or another link.
  const overlay = join(await realpath(dirname(output)), basename(output));
  const what = `${name} may be removed from the cache although ${overlay} needs it`;
  return await asBookkeeping(cache, what, false, async () => {
    await leaseForOverlay(cache, name, { overlay, backing });
    return true;
  });
}
