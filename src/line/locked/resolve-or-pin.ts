import { lockCatalogued } from '../../catalog/lock-catalogued.ts';
import type { ImageRequest, Resolution } from '../../contracts/vendor.ts';
import { hasRemedy, isImageError } from '../../errors.ts';
import { isUnreachable } from '../../http/is-unreachable.ts';
import type { LockEntry } from '../../lockfile/lock-file.ts';
import type { Call } from '../call.ts';
import { lookForRequest } from '../look.ts';
import { planImage } from '../plan.ts';
import { type Asked, resolveRequest } from '../resolve.ts';
import { refuseOlderBuild } from '../rollback.ts';
import { reaches } from '../trust/levels.ts';
import { readCatalogOf } from './catalog-of.ts';
import { pinCall } from './pin-call.ts';
import { requestLocked } from './resolve-locked.ts';

/** A request and its resolution: from the vendor, or from a pin of the catalog. */
export interface Resolved {
  call: Call;
  asked: Asked;
  resolution: Resolution;
}

/**
 * Asks the vendor or, while its index is unreachable, the catalog, with the warning `catalog-pin`. If the cache has a
 * disk that answered the same request before, the error is thrown instead, and that disk is the result.
 */
export async function resolveOrPin(call: Call, asked: Asked): Promise<Resolved> {
  try {
    return { call, asked, resolution: await resolveRequest(call, asked) };
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (!isUnreachable(error) || !allowsCatalog(call, asked)) throw error;
    if ((await lookForRequest(call, asked.request)) !== undefined) throw error;
    const found = await findPin(call, asked.request);
    if (found === undefined) throw error;
    const pinned = await resolvePin(call, asked, found);
    if (pinned === undefined) throw error;
    const { snapshot, locked } = found.image;
    const { vendor, release } = asked.request;
    const message = `${error.message}; ${vendor}:${release} is answered from ${found.path}: the build ${snapshot}, pinned on ${locked.slice(0, 10)}`;
    call.warn({ code: 'catalog-pin', message });
    return pinned;
  }
}

type Found = {
  path: string;
  entry: LockEntry;
  image: NonNullable<LockEntry['architectures']['amd64']>;
};

/** A pin has no signature that this call could check, no boot files and no parameters, and may be old. */
function allowsCatalog({ options, keys, locked }: Call, { own, request }: Asked): boolean {
  const { trust, maxAge, boot, refresh } = options;
  const wantsMore = trust !== 'auto' && !reaches('pinned', trust);
  if (wantsMore || boot || refresh || maxAge !== undefined || keys.replace) return false;
  if (keys.keys.length > 0 || request.parameters !== undefined) return false;
  return own === undefined && locked === undefined;
}

async function findPin(call: Call, request: ImageRequest): Promise<Found | undefined> {
  const { path, images } = await readCatalogOf(call);
  const wanted = request.release.toLowerCase();
  for (const one of images) {
    if (one.vendor !== request.vendor) continue;
    if (request.variant === undefined ? !one.default : one.variant !== request.variant) continue;
    const entry = lockCatalogued(one);
    const image = entry.architectures[request.arch];
    if (image === undefined) continue;
    const names = [one.release, one.codename, image.version, one.latest && 'latest'];
    if (!names.some((name) => typeof name === 'string' && name.toLowerCase() === wanted)) continue;
    if (request.snapshot === undefined || request.snapshot === image.snapshot) {
      return { path, entry, image };
    }
  }
  return undefined;
}

/** `undefined` if the caller gave another digest, or a newer build was accepted before. */
async function resolvePin(call: Call, asked: Asked, found: Found): Promise<Resolved | undefined> {
  const { options, parts } = call;
  const { digest } = options;
  if (digest !== undefined && !found.image.digests.includes(digest)) return undefined;
  const pinned = pinCall(call, { from: 'catalog', ...found });
  if (pinned.locked === undefined) return undefined;
  const exact = { request: requestLocked(pinned.locked, pinned) };
  try {
    const resolution = await resolveRequest(pinned, exact);
    await refuseOlderBuild(call, planImage(asked.request, resolution, options, parts.formats));
    return { call: pinned, asked: exact, resolution };
  } catch (error) {
    // The error of upstream says more than what is missing in the catalog.
    if (isImageError(error, 'ERR_ROLLBACK') || hasRemedy(error, 'not-found')) return undefined;
    throw error;
  }
}
