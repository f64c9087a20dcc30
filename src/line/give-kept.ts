import type { EnsuredImage } from '../contracts/image.ts';
import type { ImageRequest } from '../contracts/vendor.ts';
import { hasRemedy, type TransferError } from '../errors.ts';
import { isRefusal } from '../kit/is-refusal.ts';
import { keptBoot, lookKept } from './boot/boot-entries.ts';
import type { Call } from './call.ts';
import { sayWhenLocked } from './locked/resolve-locked.ts';
import { lookForRequest } from './look.ts';
import { mendDamaged } from './repair/mend.ts';
import { giveImage } from './result.ts';

/** A disk of the cache that answers without upstream. One that is removed at this moment is none, and the call goes on. */
export async function giveKept(
  call: Call,
  request: ImageRequest,
): Promise<EnsuredImage | undefined> {
  for (;;) {
    const kept = await lookKept(call, request);
    if (kept === undefined) return undefined;
    const image = await giveImage(call, kept, kept.boot);
    if (image !== undefined) return image;
  }
}

/**
 * Makes the disk; while upstream is down or refuses, the disk that the same request led to before is the answer, and a
 * warning says why. One that is damaged is made again from its own addresses first, also where upstream no longer names it.
 */
export async function orEarlierDisk(
  call: Call,
  request: ImageRequest,
  make: () => Promise<EnsuredImage>,
): Promise<EnsuredImage> {
  try {
    return await make();
  } catch (thrown) {
    if (call.signal.aborted) throw call.signal.reason;
    const error = sayWhenLocked(call, thrown);
    const isGone = hasRemedy(error, 'not-found') && call.damaged.length > 0;
    if (call.options.refresh || !(isGone || isUnavailable(error))) throw error;
    const entry = isGone ? undefined : await lookForRequest(call, request);
    const mended = entry === undefined ? await mendDamaged(call, error) : undefined;
    const found = entry === undefined ? mended : { entry, origin: 'cache' as const };
    const boot = found && call.options.boot ? await keptBoot(call, found.entry) : undefined;
    if (found === undefined || (call.options.boot && boot === undefined)) throw error;
    call.warn({ code: 'stale', message: `${error.message}; the disk of an earlier call is used` });
    const image = await giveImage(call, found, boot);
    if (image === undefined) throw error;
    return image;
  }
}

/**
 * Upstream gives no answer, not now or not to this client. What it did answer is never passed over: a wrong certificate, a
 * redirect to where no one may follow, a document that makes no sense, a bad signature.
 */
function isUnavailable(error: unknown): error is TransferError {
  if (!hasRemedy(error, 'transfer')) return false;
  const { status = 0, reason } = error.details;
  if (error.code === 'ERR_NETWORK') return reason !== 'tls';
  if (error.code === 'ERR_STALLED') return true;
  const isMomentary = status === 408 || status === 425 || status >= 500;
  return error.code === 'ERR_HTTP_STATUS' && (isMomentary || isRefusal(error));
}
