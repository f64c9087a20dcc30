import { type BootEntries, keptBoot } from './boot-files.ts';
import type { Call } from './call.ts';
import type { Resolution } from './contracts/vendor.ts';
import type { Obtained } from './ensured-image.ts';
import { isImageError } from './errors.ts';
import { lookForRequest } from './look.ts';
import { type Asked, resolve } from './resolve.ts';

/** What upstream says now; or, when it cannot be asked, the disk that the same request led to before. */
export type Resolved =
  | { resolution: Resolution }
  | { stale: Obtained & { boot: BootEntries | undefined } };

/** Resolves; a vendor that is down does not break a call whose answer is cached, and a warning says so. */
export async function resolveOrStale(call: Call, asked: Asked): Promise<Resolved> {
  try {
    return { resolution: await resolve(call, asked) };
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (!isImageError(error) || error.exitCode !== 4) throw error;
    const stale = call.options.refresh ? undefined : await lookForRequest(call, asked.request);
    if (stale === undefined) throw error;
    const boot = call.options.boot ? await keptBoot(call, stale) : undefined;
    if (call.options.boot && boot === undefined) throw error;
    call.warn({ code: 'stale', message: `${error.message}; the disk of an earlier call is used` });
    return { stale: { entry: stale, origin: 'cache', boot } };
  }
}
