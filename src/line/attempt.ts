import { access } from 'node:fs/promises';
import { allTidied } from '../cache/afterwards.ts';
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

const stays = 'the staging folder stays';

/**
 * Runs work in the staging folder of the plan's name, where the download of an earlier call may still be. A transfer that
 * cannot be continued starts again from byte 0, while the call's account of attempts (`Tuning`) allows it; so do, once,
 * bytes that were refused after they had been continued; and bytes of a tier's copy start again without it. What can be
 * continued later stays after a broken transfer, a full disk or an abort; nothing else does.
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
      // A file may still be about to be closed.
      await allTidied(call.cache.imagesDir);
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
    // A check over the stream has seen bytes that do not count any more.
    if (current.checks.length > 0) current = await prove({ call, plan });
  }
}

function isRestartable(error: unknown): boolean {
  return error instanceof TransferError && error.details.restart === true;
}

/** The bytes are not what they should be, or where nothing says what they should be, no image. */
function isRefusal(error: unknown, { digests }: Proven): boolean {
  return hasRemedy(error, 'integrity') || (hasRemedy(error, 'decode') && digests.length === 0);
}

/**
 * Where the bytes that were refused are a tier's copy, that copy goes: `undefined` when another source follows it. Otherwise
 * what ends the call.
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

/** Says nothing against the bytes that have come so far. */
function isPassing(error: unknown): boolean {
  return hasRemedy(error, 'transfer', 'cache') && !isRestartable(error);
}

/** Leaves what a later call can continue, and nothing else. */
export async function keepDownload(call: Call, staging: Staging): Promise<void> {
  try {
    // Opened again: publishing that failed may have sealed the download already.
    await openStaging(call.cache, staging.name);
    const isThere = await access(staging.download).then(
      () => true,
      () => false,
    );
    if (!isThere || !isResumable(await readNote(staging))) await staging.remove();
  } catch (error) {
    // The failure that led here says more than this one.
    call.options.log({ level: 'debug', message: `${staging.dir} was not tidied: ${error}` });
  }
}
