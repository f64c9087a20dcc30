import type { EnsuredImage } from './contracts/image.ts';
import type { EnsureOptions } from './contracts/options.ts';
import { inStaging, tidied } from './line/attempt.ts';
import { lookKept, noteBoot, obtainBoot } from './line/boot.ts';
import { type Call, openCall } from './line/call.ts';
import { startDecode } from './line/decode.ts';
import { startFetch } from './line/fetch.ts';
import { look, lookProven } from './line/look.ts';
import { type Plan, planImage } from './line/plan.ts';
import { prove } from './line/prove.ts';
import { publish } from './line/publish.ts';
import { parseRequest, resolveOrStale } from './line/resolve.ts';
import { type Obtained, toEnsuredImage } from './line/result.ts';
import { guardAge, guardSnapshot } from './line/rollback.ts';
import { settle } from './line/settle.ts';
import { checkSpace } from './line/space.ts';
import { holdName } from './line/wait.ts';
import type { BoundParts } from './parts/bind.ts';

/** Turns a reference into a verified disk on this machine; see `EnsureOptions` and `EnsuredImage`. */
export type EnsureImage = (
  reference: string | URL,
  options?: EnsureOptions,
) => Promise<EnsuredImage>;

/** `ensureImage` of the given parts. */
export function bindEnsureImage(parts: BoundParts): EnsureImage {
  return async (reference, options = {}) => {
    const call = await openCall(parts, options);
    const asked = parseRequest(call, String(reference));
    const kept = await lookKept(call, asked.request);
    if (kept !== undefined) return toEnsuredImage(call, kept, kept.boot);

    const resolved = await resolveOrStale(call, asked);
    if ('stale' in resolved) return toEnsuredImage(call, resolved.stale, resolved.stale.boot);
    const plan = planImage(asked.request, resolved.resolution, call.options, parts.formats);
    await guardSnapshot(call, plan);

    return holdName(call, plan.cacheName, async () => {
      const boot = await obtainBoot(call, plan, obtain);
      const disk = await obtain(call, plan);
      return toEnsuredImage(call, await noteBoot(call, disk, boot), boot);
    });
  };
}

/** One file of a plan: from the cache, or by way of the staging folder. */
async function obtain(call: Call, plan: Plan): Promise<Obtained> {
  const hit = await look(call, plan);
  if (hit !== undefined) return { entry: await tidied(call, hit), origin: 'cache' };
  const proven = await prove(call, plan);
  await guardAge(call, plan, proven);
  const known = await lookProven(call, plan, proven);
  if (known !== undefined) return { entry: await tidied(call, known), origin: 'cache' };

  const entry = await inStaging(call, plan, proven, async (staging, proven) => {
    await checkSpace(call, plan, proven, staging);
    const fetching = await startFetch(call, plan, proven, staging);
    const decoding = startDecode(call, plan, proven, fetching, staging);
    const settled = await settle(call, plan, proven, fetching, decoding);
    return publish(call, plan, proven, settled, staging);
  });
  return { entry, origin: 'network' };
}
