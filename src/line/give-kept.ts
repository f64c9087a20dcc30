import type { EnsuredImage } from '../contracts/image.ts';
import type { ImageRequest } from '../contracts/vendor.ts';
import { hasRemedy, isImageError, type TransferError } from '../errors.ts';
import { isUnreachable } from '../http/is-unreachable.ts';
import { isRefusal } from '../kit/is-refusal.ts';
import { keptBoot, lookKept } from './boot/boot-entries.ts';
import type { Call } from './call.ts';
import { sayWhenLocked } from './locked/resolve-locked.ts';
import { lookForRequest } from './look.ts';
import { mendDamaged } from './repair/mend.ts';
import { giveImage } from './result.ts';

/**
 * Gives a cached disk that answers without upstream. If it is removed at this moment, the call continues without it.
 */
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
 * Makes the disk. If upstream is down or refuses, returns the disk that answered the same request before, with a
 * warning that says why. A damaged disk is first made again from its own addresses, even if upstream no longer names
 * it.
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
    call.warn({
      code: 'stale',
      message: `${error.message}; the cached disk of an earlier call is used`,
    });
    const image = await giveImage(call, found, boot);
    if (image === undefined) throw error;
    return image;
  }
}

/** Upstream gives no answer now, or not to this client. */
function isUnavailable(error: unknown): error is TransferError {
  if (isUnreachable(error)) return true;
  return isImageError(error, 'ERR_HTTP_STATUS') && isRefusal(error);
}
