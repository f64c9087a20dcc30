import { startBackgroundWork } from '../../cache/background-work.ts';
import { buildName } from '../../cache/names/cache-name.ts';
import type { Tier, TierContext, TierFile } from '../../contracts/tier.ts';
import { NotFoundError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { Obtained } from '../look.ts';
import type { Proved } from '../making.ts';
import type { Plan } from '../plan.ts';
import { trace } from '../trace.ts';
import { levelByWay } from '../trust/by-way.ts';
import { effectiveLevel } from '../trust/levels.ts';
import type { Proven } from '../trust/merge-evidence.ts';
import { AskedTiers } from './asked-tiers.ts';
import { storeInTiers } from './store-in-tiers.ts';

/**
 * Asks the tiers of the call for the file, and makes it with their copies. A file that came from upstream is stored
 * in the tiers after the caller has the result. Every visit is closed once, before a failure is thrown.
 */
export async function withTiers(
  proved: Proved,
  make: (asked: Proved) => Promise<Obtained>,
): Promise<Obtained> {
  const { call, plan } = proved;
  const chosen = call.options.tiers ?? call.parts.tiers;
  if (chosen.length === 0) return await make(proved);
  const why = whyNone(proved);
  if (why !== undefined) {
    const message = `tiers are not asked for ${plan.artifact.fileName}: ${why}`;
    call.options.log({ level: 'debug', message });
    const isUpstreams = plan.artifact.url.protocol !== 'file:' && !call.options.offline;
    if (isUpstreams && chosen.some(({ only }) => only === true)) throw cannotCome(plan, why);
    return await make(proved);
  }
  const tiers = openTiers(proved, chosen);
  const asked = { ...proved, tiers };
  try {
    await trace(call, 'tier', { cacheName: plan.cacheName }, () => tiers.find());
    const made = await make(asked);
    startBackgroundWork(
      call.cache,
      `${plan.artifact.fileName} is not stored in a tier`,
      async () => {
        try {
          await storeInTiers(asked, tiers, made.entry);
        } finally {
          await tiers.close();
        }
      },
    );
    return made;
  } catch (error) {
    await tiers.close();
    throw error;
  }
}

/** Bytes may come from an untrusted place only if every byte is verified. */
function whyNone({ call, plan, proven }: Proved): string | undefined {
  if (plan.artifact.url.protocol === 'file:') return 'it is a file of this machine';
  if (call.options.offline) return 'the call is offline';
  const level = effectiveLevel(levelByWay(proven.level, true), proven.pinned);
  const isJudged = proven.digests.length > 0 || proven.checks.length > 0 || plan.artifact.pieces;
  return isJudged && level !== 'none' ? undefined : 'only TLS protects its bytes';
}

/** The error with `only`: upstream may not be asked for image bytes, and a tier cannot be. */
function cannotCome({ artifact: { fileName } }: Plan, why: string): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${fileName} cannot come from a tier: ${why}, and upstream may not be asked`,
    hint: 'Give the digest of the file (digest, --digest), or allow upstream to be asked.',
    details: { field: 'tiers', value: fileName },
  });
}

function openTiers({ call, plan, proven }: Proved, tiers: readonly Tier[]): AskedTiers {
  const { options, cache, signal } = call;
  const contextOf = (tier: Tier): TierContext => ({
    ca: options.ca,
    cacheDir: cache.cacheDir,
    now: options.now,
    signal,
    log: options.log,
    tell: (message) => call.progress.stage('tier', message),
    warn: (message) => call.warn({ code: 'tier', message: `${tier.id}: ${message}` }),
  });
  return new AskedTiers({
    tiers,
    file: describeFile(plan, proven),
    contextOf,
    warn: (code, message) => call.warn({ code, message }),
  });
}

/** The same for every call that needs these bytes, whatever it makes from them. */
function describeFile({ artifact, cacheName, identity, role }: Plan, proven: Proven): TierFile {
  return {
    name: buildName(cacheName),
    // All members of a bundle are in one file, which counts as that of the disk.
    role: artifact.members === undefined ? role : 'disk',
    fileName: artifact.fileName,
    url: publicUrl(artifact.url),
    identity,
    digests: proven.digests,
    ...defined({ sizeBytes: proven.sizeBytes ?? artifact.sizeBytes }),
  };
}
