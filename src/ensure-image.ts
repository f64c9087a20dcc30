import type { EnsuredImage } from './contracts/image.ts';
import type { EnsureOptions } from './contracts/options.ts';
import type { ImageReference } from './contracts/reference.ts';
import type { HttpPool } from './http/pool.ts';
import { adopt } from './line/adopt.ts';
import { attemptInStaging } from './line/attempt.ts';
import { obtainWithBoot } from './line/boot/with-boot.ts';
import { openCall } from './line/call.ts';
import { startDecode } from './line/decode.ts';
import { startFetch } from './line/fetch.ts';
import { giveKept, orEarlierDisk } from './line/give-kept.ts';
import { resolveOrPin } from './line/locked/resolve-or-pin.ts';
import { takePin } from './line/locked/take-pin.ts';
import { look, lookProven, type Obtained } from './line/look.ts';
import type { Planned } from './line/making.ts';
import { planFiles, planImage } from './line/plan.ts';
import { prove } from './line/prove.ts';
import { publish } from './line/publish.ts';
import { parseRequest } from './line/resolve.ts';
import { toEnsuredImage } from './line/result.ts';
import { demandSeen, refuseOlderBuild, refuseOlderSignature } from './line/rollback.ts';
import { settle } from './line/settle.ts';
import { checkSpace } from './line/space.ts';
import { holdForTiers } from './line/tiers/store-in-tiers.ts';
import { withTiers } from './line/tiers/with-tiers.ts';
import { waitForName } from './line/wait.ts';
import { obtainFromRaw } from './line/writing/from-raw.ts';
import { writeDisk } from './line/writing/write-disk.ts';
import type { BoundParts } from './parts/bind.ts';
import { checkOptions, readReference } from './parts/check-options.ts';
import { optionKinds } from './parts/option-kinds.ts';

/** Turns a reference into a verified disk on this machine; see `EnsureOptions` and `EnsuredImage`. */
export type EnsureImage = (
  reference: ImageReference | URL,
  options?: EnsureOptions,
) => Promise<EnsuredImage>;

/** `ensureImage` for the given parts; its calls share the connections of `pool`. Without `pool` they share none. */
export function bindEnsureImage(parts: BoundParts, pool?: HttpPool): EnsureImage {
  return async (reference, options = {}) => {
    checkOptions(options, optionKinds.ensureImage);
    const text = readReference(reference);
    const named = await takePin(await openCall(parts, text, options, { pool }), text);
    const request = parseRequest(named, text);
    const kept = await giveKept(named, request.request);
    if (kept !== undefined) return kept;

    return orEarlierDisk(named, request.request, async () => {
      const { call, asked, resolution } = await resolveOrPin(named, request);
      const plan = planImage(asked.request, resolution, call.options, parts.formats);
      await refuseOlderBuild(call, plan);
      call.progress.expect(planFiles(plan, call.options));

      return waitForName(call, plan.cacheName, async () => {
        const { disk, boot } = await obtainWithBoot({ call, plan }, obtain);
        return toEnsuredImage(call, disk, boot);
      });
    });
  };
}

/** Gets one file of a plan: from the cache, or through the staging folder. */
async function obtain(asked: Planned): Promise<Obtained> {
  asked.call.progress.begin(asked.plan.role);
  const planned = await demandSeen(asked);
  const hit = await look(planned);
  if (hit !== undefined) return adopt(planned, hit);
  const proved = { ...planned, proven: await prove(planned) };
  await refuseOlderSignature(proved);
  const known = await lookProven(proved);
  if (known !== undefined) return adopt(proved, known);
  const written = await obtainFromRaw(proved);
  if (written !== undefined) return written;

  return withTiers(proved, (asked) =>
    attemptInStaging(asked, async (making) => {
      await checkSpace(making);
      const fetching = await startFetch(making);
      const decoding = startDecode({ ...making, fetching });
      const settled = await settle({ ...making, fetching, decoding });
      await holdForTiers({ ...making, settled });
      const written = await writeDisk({ ...making, settled });
      const entry = await publish({ ...making, settled: written });
      return { entry, origin: settled.fetched.tier === undefined ? 'network' : 'tier' };
    }),
  );
}
