import { access } from 'node:fs/promises';
import { awaitCleanUps } from '../cache/background-work.ts';
import { asBookkeeping } from '../cache/bookkeeping.ts';
import { openStaging, type Staging } from '../cache/staging.ts';
import { isResumable, readNote } from '../download/resume-note.ts';
import { hasRemedy, TransferError } from '../errors.ts';
import { defaultTuning } from '../http/retry.ts';
import { defined } from '../kit/defined.ts';
import type { Call } from './call.ts';
import type { Making, Proved } from './making.ts';
import { prove } from './prove.ts';
import type { AskedTiers } from './tiers/asked-tiers.ts';
import type { Proven } from './trust/merge-evidence.ts';

const stays = 'the staging folder was not removed';

/**
 * Runs work in the staging folder of the plan's name, which may hold the download of an earlier call. A transfer that
 * cannot be resumed starts again from byte 0, as long as the call has attempts left (`Tuning`). Resumed bytes that
 * were refused are fetched again once; refused bytes of a tier's copy are fetched again from another source. After a
 * broken transfer, a full disk or an abort, the folder keeps only what a later call can resume.
 */
export async function attemptInStaging<T>(
  { call, plan, proven, tiers }: Proved,
  work: (making: Making) => Promise<T>,
): Promise<T> {
  let current = proven;
  let forgiven = false;
  for (let attempt = 1; ; attempt += 1) {
    const staging = await openStaging(call.cache, plan.cacheName);
    tiers?.acquit();
    try {
      return await work({ call, plan, proven: current, staging, ...defined({ tiers }) });
    } catch (error) {
      // A file may still be closing.
      await awaitCleanUps(call.cache.imagesDir);
      if (call.signal.aborted) {
        await keepDownload(call, staging);
        throw call.signal.reason;
      }
      const restarts: boolean = isRestartable(error) && attempt < defaultTuning.attemptsPerCall;
      const forgives: boolean = !forgiven && isRefusal(error, current) && (await isJoined(staging));
      const fault: unknown = restarts || forgives ? undefined : await passCopy(tiers, error);
      if (fault !== undefined) {
        if (isPassing(fault)) await keepDownload(call, staging);
        else await asBookkeeping(call.cache, stays, undefined, () => staging.remove());
        throw fault;
      }
      await staging.remove();
      forgiven ||= forgives;
      call.progress.retry(attempt, error instanceof Error ? error.message : String(error), 0);
    }
    // A check over the stream has received bytes that are discarded now.
    if (current.checks.length > 0) current = await prove({ call, plan });
  }
}

function isRestartable(error: unknown): boolean {
  return error instanceof TransferError && error.details.restart === true;
}

/** True if the bytes differ from what was proved, or, if nothing was proved, are not an image. */
function isRefusal(error: unknown, { digests }: Proven): boolean {
  return hasRemedy(error, 'integrity') || (hasRemedy(error, 'decode') && digests.length === 0);
}

/**
 * After refused bytes of a tier's copy, goes on to the next source: `undefined` if there is one, else the error that
 * ends the call.
 */
async function passCopy(tiers: AskedTiers | undefined, error: unknown): Promise<unknown> {
  if (tiers?.isSuspect !== true || !hasRemedy(error, 'integrity', 'decode')) return error;
  return await tiers.refuse(error).then(
    () => undefined,
    (fault: unknown) => fault,
  );
}

async function isJoined(staging: Staging): Promise<boolean> {
  const note = await readNote(staging);
  return note?.joined === true;
}

/** True for an error that does not concern the bytes received so far. */
function isPassing(error: unknown): boolean {
  return hasRemedy(error, 'transfer', 'cache') && !isRestartable(error);
}

/** Keeps what a later call can resume, and removes everything else. */
export async function keepDownload(call: Call, staging: Staging): Promise<void> {
  try {
    // Opened again, because a failed publish may have sealed the download already.
    await openStaging(call.cache, staging.name);
    const isThere = await access(staging.download).then(
      () => true,
      () => false,
    );
    if (!isThere || !isResumable(await readNote(staging))) await staging.remove();
  } catch (error) {
    // The original failure is more useful than this one.
    call.options.log({ level: 'debug', message: `${staging.dir} was not cleaned up: ${error}` });
  }
}
