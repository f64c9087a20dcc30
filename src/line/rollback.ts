import {
  readSourceState,
  type SourceKey,
  writeSourceState,
} from '../cache/records/source-state.ts';
import type { EvidenceDocument } from '../contracts/proof.ts';
import { refuseSignature } from '../errors.ts';
import { compareVersions } from '../kit/versions.ts';
import type { Call } from './call.ts';
import type { Proved } from './making.ts';
import type { Plan } from './plan.ts';

/**
 * Upstream's answer may not be older than one that was accepted before: `ERR_ROLLBACK`. Asking for an exact build or
 * version, `allowOlder` and a digest of the caller's own switch that off.
 */
export async function refuseOlderBuild(call: Call, plan: Plan): Promise<void> {
  if (!guardsRollback(call, plan)) return;
  const { snapshot } = await readSourceState(call.cache, sourceOf(plan));
  const offered = plan.identity.snapshot;
  if (snapshot === undefined || !isOlder(offered, snapshot)) return;
  const { vendor, release } = plan.identity;
  throw rolledBack(
    call,
    `${vendor}:${release} is answered with ${offered}, and ${snapshot} was accepted before`,
  );
}

/** No signed document may be older than the one of its address that was accepted before, nor older than `maxAge`. */
export async function refuseOlderSignature({ call, plan, proven }: Proved): Promise<void> {
  // The date of a document that says nothing of the image does not count for the image.
  refuseStale(call, plan, proven.signedAt, proven.checks.length > 0);
  if (!guardsRollback(call, plan)) return;
  const { signed } = await readSourceState(call.cache, sourceOf(plan));
  for (const { url, signedAt } of proven.documents) {
    const before = signed[url];
    if (signedAt === undefined || before === undefined || signedAt >= new Date(before)) continue;
    throw rolledBack(
      call,
      `${url} was signed ${signedAt.toISOString()}, and one of ${before} was accepted before`,
    );
  }
}

/** `ERR_STALE` where the signature is older than `maxAge`, or nothing signed says how old the bytes are. */
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
    throw refuseSignature('stale', `nothing signed says how old ${fileName} is`, {
      fileName,
      hint: 'Leave maxAge out for this source, which signs no date.',
    });
  }
  if (now.getTime() - signedAt.getTime() <= maxAge) return;
  throw refuseSignature(
    'stale',
    `${fileName} was signed ${signedAt.toISOString()}, longer ago than maxAge`,
    {
      fileName,
      signedAt: signedAt.toISOString(),
      hint: 'Look whether the vendor has stopped publishing, or a mirror stands still; or raise maxAge.',
    },
  );
}

/** Remembers what was accepted of a source: its newest build, and the newest signature of each document. */
export async function rememberAccepted(
  call: Call,
  plan: Plan,
  documents: readonly EvidenceDocument[] = [],
): Promise<void> {
  if (!call.cache.writable || isExact(plan)) return;
  const key = sourceOf(plan);
  const before = await readSourceState(call.cache, key);
  const { snapshot } = plan.identity;
  const isNewer = snapshot !== before.snapshot && !isOlder(snapshot, before.snapshot);
  const later = documents.flatMap(({ url, signedAt }) => {
    const known = before.signed[url];
    const isLater = signedAt !== undefined && (known === undefined || signedAt > new Date(known));
    return isLater ? [[url, signedAt.toISOString()] as const] : [];
  });
  // Accepting something older on purpose is not forgotten: the newest stays the measure.
  if (!isNewer && later.length === 0) return;
  await writeSourceState(call.cache, plan.cacheName, key, {
    snapshot: isNewer ? snapshot : (before.snapshot ?? snapshot),
    signed: { ...before.signed, ...Object.fromEntries(later) },
  });
}

/** Serials and versions of one shape have an order; other names, such as digests, have none, and none of them is older. */
function isOlder(snapshot: string, than: string | undefined): boolean {
  if (than === undefined || shapeOf(snapshot) !== shapeOf(than)) return false;
  return compareVersions(snapshot, than) < 0;
}

function shapeOf(snapshot: string): string {
  return snapshot.replace(/\d+/g, '0');
}

function guardsRollback(call: Call, plan: Plan): boolean {
  const { digest, allowOlder } = call.options;
  const isOwn = ['url', 'file'].includes(plan.identity.vendor);
  return !allowOlder && digest === undefined && !isOwn && !isExact(plan);
}

/** A build, or a version below the release that it belongs to. */
function isExact({ request, identity }: Plan): boolean {
  if (request.snapshot !== undefined) return true;
  const asked = request.release.toLowerCase().replace(/^v(?=\d)/, '');
  const { release, version } = identity;
  return asked !== release.toLowerCase() && asked === version?.toLowerCase();
}

function sourceOf({ identity, name }: Plan): SourceKey {
  const { vendor, release, variant, arch } = identity;
  return { vendor, release, variant, arch, parametersHash: name.parametersHash };
}

function rolledBack(call: Call, message: string): Error {
  return refuseSignature('rollback', message, {
    hint: `Do not use an older build unless the vendor withdrew the newer one; then allow it once with allowOlder. The cache is ${call.cache.cacheDir}.`,
  });
}
