import type { AcceptedBuild } from '../cache/records/source-state.ts';
import { refuseSignature } from '../errors.ts';
import { sayAge } from '../parts/read-age.ts';
import type { Call } from './call.ts';
import type { Planned, Proved } from './making.ts';
import type { Plan } from './plan.ts';
import { type Accepted, addAccepted, readAccepted } from './rollback/accepted.ts';
import { isHash, orderBuilds } from './rollback/order-builds.ts';
import { reaches } from './trust/levels.ts';

/**
 * Upstream's answer must not be older than one that was accepted before: `ERR_ROLLBACK`. Not checked for an exact
 * build or version, with `allowOlder`, or with the caller's own digest.
 */
export async function refuseOlderBuild(call: Call, plan: Plan): Promise<void> {
  if (!guardsRollback(call, plan)) return;
  const { vendor, release, snapshot } = plan.identity;
  const build = { release, snapshot };
  const asked = `${vendor}:${plan.request.release}`;
  for (const accepted of (await readAccepted(call, plan)).flatMap(({ builds }) => builds)) {
    const order = orderBuilds(build, accepted);
    const before = nameOf(accepted, build);
    const now = nameOf(build, accepted);
    if (order === 'older') {
      throw rolledBack(
        call,
        `${asked} is now build ${now}, and the newer build ${before} was accepted before`,
      );
    }
    if (order !== 'unknown' || isHash(snapshot) || isHash(accepted.snapshot)) continue;
    const message = `${asked} is now build ${now}; its name does not tell whether it is older than ${before}, which was accepted before`;
    call.warn({ code: 'build-order', message });
  }
}

/** A signed document must not be older than the accepted one from the same address, or older than `maxAge`. */
export async function refuseOlderSignature({ call, plan, proven }: Proved): Promise<void> {
  // The date of a document that does not name the image does not count for the image.
  refuseStale(call, plan, proven.signedAt, proven.checks.length > 0);
  if (!guardsRollback(call, plan)) return;
  for (const { signed } of await readAccepted(call, plan)) {
    for (const { url, signedAt } of proven.documents) {
      refuseEarlier(call, url, signedAt, signed[url]);
    }
  }
  await refuseOlderFile(call, plan, proven.signedAt);
}

/**
 * The signature of a file must not be older than the accepted one of its source, whatever the name of the build is:
 * otherwise the signature of an older build would count for a newer name.
 */
export async function refuseOlderFile(
  call: Call,
  plan: Plan,
  signedAt: Date | undefined,
): Promise<void> {
  if (!guardsRollback(call, plan)) return;
  for (const { files } of await readAccepted(call, plan)) {
    refuseEarlier(call, plan.artifact.fileName, signedAt, files[plan.role]);
  }
}

function refuseEarlier(
  call: Call,
  what: string,
  signedAt: Date | undefined,
  before: string | undefined,
): void {
  if (signedAt === undefined || before === undefined || signedAt >= new Date(before)) return;
  throw rolledBack(
    call,
    `${what} was signed on ${signedAt.toISOString()}, and one signed on ${before} was accepted before`,
  );
}

/** The snapshot, with the release if the two builds differ in it. */
function nameOf(build: AcceptedBuild, other: AcceptedBuild): string {
  return build.release === other.release ? build.snapshot : `${build.release} (${build.snapshot})`;
}

/**
 * With `auto`, a source that was signed before must be signed again: whether a vendor signs may be unknown, but here
 * it is known.
 */
export async function demandSeen(planned: Planned): Promise<Planned> {
  const { call, plan } = planned;
  const isAuto = call.options.trust === 'auto';
  if (!isAuto || !guardsSource(call, plan) || reaches(plan.demanded, 'signed')) return planned;
  const accepted = await readAccepted(call, plan);
  const wasSigned = accepted.some(({ signedRoles }) => signedRoles.includes(plan.role));
  return wasSigned ? { call, plan: { ...plan, demanded: 'signed' } } : planned;
}

/** Throws `ERR_STALE` if the signature is older than `maxAge`, or no signature states the age of the bytes. */
export function refuseStale(
  call: Call,
  plan: Plan,
  signedAt: Date | undefined,
  isToCome = false,
): void {
  const { maxAge, now } = call.options;
  const { fileName } = plan.artifact;
  if (maxAge === undefined || (signedAt === undefined && isToCome)) return;
  if (signedAt === undefined) {
    throw refuseSignature('stale', `no signature says how old ${fileName} is`, {
      fileName,
      hint: 'Leave out maxAge (--max-age): this source does not sign a date.',
    });
  }
  if (now.getTime() - signedAt.getTime() <= maxAge) return;
  throw refuseSignature(
    'stale',
    `${fileName} was signed on ${signedAt.toISOString()}, more than ${sayAge(maxAge)} ago (maxAge)`,
    {
      fileName,
      signedAt: signedAt.toISOString(),
      hint: 'Check whether the vendor and the mirror still publish new builds, or raise maxAge (--max-age).',
    },
  );
}

/** Stores what was accepted of a source: its newest build, the newest signatures, and that it is signed at all. */
export async function rememberAccepted(call: Call, plan: Plan, accepted: Accepted): Promise<void> {
  if (!call.cache.writable || isExact(plan) || isOwn(plan)) return;
  await addAccepted(call, plan, accepted);
}

function guardsRollback(call: Call, plan: Plan): boolean {
  return !call.options.allowOlder && guardsSource(call, plan);
}

function guardsSource(call: Call, plan: Plan): boolean {
  return call.options.digest === undefined && !isOwn(plan) && !isExact(plan);
}

function isOwn({ identity }: Plan): boolean {
  return ['url', 'file'].includes(identity.vendor);
}

/** True for a build, or for a version more exact than its release. */
function isExact({ request, identity }: Plan): boolean {
  if (request.snapshot !== undefined) return true;
  const asked = request.release.toLowerCase().replace(/^v(?=\d)/, '');
  const { release, version } = identity;
  return asked !== release.toLowerCase() && asked === version?.toLowerCase();
}

function rolledBack(call: Call, message: string): Error {
  return refuseSignature('rollback', message, {
    hint: `Do not use an older build unless the vendor withdrew the newer one; then allow it once with allowOlder (--allow-older). The cache is ${call.cache.cacheDir}.`,
  });
}
