import { bindParts } from './bind-parts.ts';
import { openCall } from './call.ts';
import { checkSpace } from './check-space.ts';
import type { EnsuredImage } from './contracts/image.ts';
import type { EnsureOptions } from './contracts/options.ts';
import type { Parts } from './contracts/parts.ts';
import { startDecode } from './decode.ts';
import { toEnsuredImage } from './ensured-image.ts';
import { startFetch } from './fetch.ts';
import { guardAge, guardSnapshot } from './guard-age.ts';
import { holdName } from './hold-name.ts';
import { inStaging, tidied } from './in-staging.ts';
import { look, lookProven, lookWithoutUpstream } from './look.ts';
import { planImage } from './plan.ts';
import { prove } from './prove.ts';
import { publish } from './publish.ts';
import { parseRequest } from './resolve.ts';
import { resolveOrStale } from './resolve-or-stale.ts';
import { settle } from './settle.ts';

/** Turns a reference into a verified disk on this machine; see `EnsureOptions` and `EnsuredImage`. */
export type EnsureImage = (
  reference: string | URL,
  options?: EnsureOptions,
) => Promise<EnsuredImage>;

/** An `ensureImage` made of the given parts. The same id twice is `ERR_DUPLICATE_PART`. */
export function createEnsureImage(parts: Parts): EnsureImage {
  const bound = bindParts(parts);
  return async (reference, options = {}) => {
    const call = await openCall(bound, options);
    const asked = parseRequest(call, String(reference));
    const kept = await lookWithoutUpstream(call, asked.request);
    if (kept !== undefined) return toEnsuredImage(call, kept, 'cache');

    const resolved = await resolveOrStale(call, asked);
    if ('stale' in resolved) return toEnsuredImage(call, resolved.stale, 'cache');
    const plan = planImage(asked.request, resolved.resolution, call.options, bound.formats);
    await guardSnapshot(call, plan);

    return holdName(call, plan.cacheName, async () => {
      const hit = await look(call, plan);
      if (hit !== undefined) return toEnsuredImage(call, await tidied(call, hit), 'cache');
      const proven = await prove(call, plan);
      await guardAge(call, plan, proven);
      const known = await lookProven(call, plan, proven);
      if (known !== undefined) return toEnsuredImage(call, await tidied(call, known), 'cache');

      const entry = await inStaging(call, plan, proven, async (staging, proven) => {
        await checkSpace(call, plan, proven, staging);
        const fetching = await startFetch(call, plan, proven, staging);
        const decoding = startDecode(call, plan, proven, fetching, staging);
        const settled = await settle(call, plan, proven, fetching, decoding);
        return publish(call, plan, proven, settled, staging);
      });
      return toEnsuredImage(call, entry, 'network');
    });
  };
}
