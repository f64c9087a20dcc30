import { type EntryFilter, findChanged, findEntries, findNoted } from '../cache/entries/find.ts';
import type { Entry } from '../cache/entries/read.ts';
import { verifyEntry } from '../cache/entries/verify.ts';
import { hashParameters, requireCacheName } from '../cache/names/cache-name.ts';
import { formatRequestKey } from '../cache/names/request-key.ts';
import { noteEntries, noteOf } from '../cache/records/noted-entries.ts';
import type { EnsuredImage } from '../contracts/image.ts';
import type { TrustLevel } from '../contracts/proof.ts';
import type { ImageRequest } from '../contracts/vendor.ts';
import { NotFoundError } from '../errors.ts';
import { algorithmOf, hexOf } from '../kit/digest.ts';
import type { Call } from './call.ts';
import { refuseOtherDigest } from './locked/refuse-other-digest.ts';
import type { Planned, Proved } from './making.ts';
import { roleOf } from './repair/recorded.ts';
import { trace } from './trace.ts';
import { demandedByWay } from './trust/by-way.ts';
import { digestsAtHand } from './trust/digests-at-hand.ts';
import { isGoodBeforeAsking, isGoodWithDigests, meetsTrust, signersOf } from './trust/fits-call.ts';

/** An entry, and whether this call fetched it. */
export interface Obtained {
  entry: Entry;
  origin: EnsuredImage['origin'];
  /** The level that this call proved, if it proved one; the record keeps the better level. */
  level?: TrustLevel;
}

/**
 * Answers without a request if that is allowed. With `offline` it returns the newest matching disk, or throws
 * `ERR_OFFLINE_MISS`, or `ERR_DIGEST` if that disk contradicts the lock file. With an exact snapshot or a digest it
 * returns the disk that answered the same request before.
 */
export async function lookWithoutUpstream(
  call: Call,
  request: ImageRequest,
): Promise<Entry | undefined> {
  const { offline, refresh, digest } = call.options;
  const pinned = request.snapshot !== undefined || digest !== undefined;
  if (!offline && (refresh || !pinned)) return undefined;
  const asked = await lookForRequest(call, request);
  if (asked !== undefined || !offline) return asked;
  const like = likeRequest(call, request);
  const similar = await firstGood(
    call,
    like,
    (entry) => roleOf(requireCacheName(entry.name)) === 'disk' && isGoodBeforeAsking(call, entry),
  );
  if (similar !== undefined) return similar;
  if (call.locked !== undefined) refuseOtherDigest(call, await findEntries(call.cache, like));
  throw new NotFoundError({
    code: 'ERR_OFFLINE_MISS',
    message: `the cache has no disk of ${request.vendor}:${request.release} for ${request.arch}`,
    hint: 'Call once without offline (--offline).',
    details: {
      vendor: request.vendor,
      value: request.release,
      cacheDir: call.cache.cacheDir,
    },
  });
}

/** The newest disk that answered exactly the same request before. */
export async function lookForRequest(
  call: Call,
  request: ImageRequest,
): Promise<Entry | undefined> {
  const { vendor, arch, snapshot, parameters } = request;
  const { cache } = call;
  const { format, digest } = call.options;
  const filter = {
    vendor,
    arch,
    request: formatRequestKey(request, format),
    parametersHash: hashParameters(parameters) ?? null,
    format: format === 'source' ? undefined : format,
  };
  const good = (entry: Entry) => isGoodBeforeAsking(call, entry);
  const isSha256 = digest !== undefined && algorithmOf(digest) === 'sha256';
  const sourceSha256 = isSha256 ? hexOf(digest) : undefined;
  const noted = await firstOf(call, findNoted(cache, { ...filter, sourceSha256 }), good);
  if (noted !== undefined) return noted;
  // The requested name is usually the name of the build; then no other record is read.
  const named =
    snapshot === undefined ? undefined : await firstGood(call, { ...filter, snapshot }, good);
  if (named !== undefined) return named;
  const found = await findEntries(cache, filter);
  if (cache.writable && found.length > 0) {
    const notes = found.map(({ record }) => noteOf(record));
    await noteEntries(cache, [filter.request], notes, { begin: true });
  }
  return await firstGood(call, filter, good, found);
}

/** A cached disk of the plan's name that already meets the requirements of this call. */
export function look({ call, plan }: Planned): Promise<Entry | undefined> {
  call.progress.stage('look', `looking for ${plan.cacheName}`);
  return trace(call, 'look', { cacheName: plan.cacheName }, async () => {
    if (call.options.refresh) return undefined;
    const known = digestsAtHand(call, plan);
    const demanded = demandedByWay(call, plan.demanded, call.http.plain(plan.artifact.url));
    return firstGood(
      call,
      { base: plan.cacheName },
      async (entry) =>
        (await isGoodWithDigests(call, entry, known)) &&
        meetsTrust(call, entry, demanded, signersOf(plan.artifact.proofs)),
    );
  });
}

/** A cached disk whose recorded digests match the new evidence. */
export async function lookProven({ call, plan, proven }: Proved): Promise<Entry | undefined> {
  if (proven.digests.length === 0 || proven.checks.length > 0) return undefined;
  return firstGood(call, { base: plan.cacheName }, (entry) =>
    isGoodWithDigests(call, entry, proven.digests),
  );
}

/** A filter by the properties of the disk, for a request that was never made in these words. */
function likeRequest(call: Call, request: ImageRequest): EntryFilter {
  const { vendor, release, arch, variant, snapshot, parameters } = request;
  return {
    vendor,
    arch,
    variant,
    snapshot,
    release: release === 'latest' ? undefined : release,
    parametersHash: parameters === undefined ? null : hashParameters(parameters),
    format: call.options.format === 'source' ? undefined : call.options.format,
  };
}

async function firstGood(
  call: Call,
  filter: EntryFilter,
  good: (entry: Entry) => boolean | Promise<boolean>,
  found?: readonly Entry[],
): Promise<Entry | undefined> {
  const entries = found ?? (await findEntries(call.cache, filter));
  const first = await firstOf(call, entries, good);
  if (first !== undefined) return first;
  const changed = call.options.verify ? await findChanged(call.cache, filter) : [];
  for (const entry of changed) if (await good(entry)) noteDamaged(call, entry);
  return undefined;
}

async function firstOf(
  call: Call,
  entries: Iterable<Entry> | AsyncIterable<Entry>,
  good: (entry: Entry) => boolean | Promise<boolean>,
): Promise<Entry | undefined> {
  for await (const entry of entries) {
    if ((await good(entry)) && (await isSound(call, entry))) return entry;
  }
  return undefined;
}

/** True if its bytes are as published, which is checked only if the call wants it; a damaged disk is noted. */
export async function isSound(call: Call, entry: Entry): Promise<boolean> {
  if (!call.options.verify) return true;
  const { state } = await verifyEntry(entry, { signal: call.signal });
  if (state !== 'damaged') return true;
  noteDamaged(call, entry);
  return false;
}

function noteDamaged(call: Call, entry: Entry): void {
  if (!call.damaged.some(({ name }) => name === entry.name)) call.damaged.push(entry);
  call.warn({ code: 'damaged', message: `${entry.name} is damaged in the cache and is not used` });
}
