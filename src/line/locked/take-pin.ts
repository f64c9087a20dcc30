import { isDeepStrictEqual } from 'node:util';
import { lockCatalogued } from '../../catalog/lock-catalogued.ts';
import { NotFoundError, UsageError } from '../../errors.ts';
import { closestNames } from '../../kit/closest-names.ts';
import { checkAlias, isAlias } from '../../lockfile/alias.ts';
import type { LockEntry, LockedImage } from '../../lockfile/lock-file.ts';
import { readLockFile } from '../../lockfile/read-lock-file.ts';
import type { Call } from '../call.ts';
import { readCatalogOf } from './catalog-of.ts';
import type { Locked } from './locked.ts';
import { pinCall } from './pin-call.ts';

/**
 * The call for the image that its lock file, or else the catalog, pins under this name: with the digests of the
 * entry, and with plain http if an address uses it. Returns the call unchanged if the reference is not such a name.
 */
export async function takePin(call: Call, text: string): Promise<Call> {
  if (!isAlias(text)) return call;
  const { vendors } = call.parts;
  const { lockfile } = call.options;
  const locked = lockfile === undefined ? [] : (await readLockFile(lockfile)).images;
  const entry = findNamed(call, locked, text);
  if (entry !== undefined) return pin(call, 'lockfile', lockfile ?? '', entry);
  // The id of a vendor always means that vendor, and this package's catalog does not know vendors of the caller.
  if (vendors.has(text) && call.options.catalog === undefined) return call;
  const { path, images } = await readCatalogOf(call);
  const listed = findNamed(call, images, text);
  if (listed !== undefined) return pin(call, 'catalog', path, lockCatalogued(listed));
  if (lockfile === undefined || vendors.has(text)) return call;
  throw unknownAlias(text, lockfile, locked);
}

/** The entry of that name, which must not be the id of a vendor. */
function findNamed<E extends { alias: string }>(
  { parts }: Call,
  entries: readonly E[],
  text: string,
): E | undefined {
  const found = entries.find(({ alias }) => alias === text);
  if (found !== undefined) checkAlias(text, parts.vendors);
  return found;
}

function pin(call: Call, from: Locked['from'], path: string, entry: LockEntry): Call {
  const image = imageFor(call, from, entry);
  refuseOtherRequest(call, entry, image);
  call.progress.stage('resolve', `${entry.alias} is pinned by ${path}`);
  return pinCall(call, { from, path, entry, image });
}

function imageFor({ options: { arch } }: Call, from: Locked['from'], entry: LockEntry) {
  const { alias, request, architectures } = entry;
  const image = architectures[arch];
  if (image !== undefined) return image;
  const known = Object.keys(architectures);
  throw new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${alias} is locked for ${known.join(' and ')}, not for ${arch}`,
    hint:
      from === 'catalog'
        ? `Ask the vendor: ${request}.`
        : `Run: rootdisk lock add ${request} --as ${alias} --arch ${arch}`,
    details: { field: 'arch', value: arch, known },
  });
}

/** The name of a lock entry stands for one image; options that request another one are refused. */
function refuseOtherRequest({ options }: Call, entry: LockEntry, image: LockedImage): void {
  const { variant, parameters } = options;
  const isOtherVariant = variant !== undefined && ![image.variant, entry.variant].includes(variant);
  const isOther =
    Object.keys(parameters).length > 0 &&
    !isDeepStrictEqual({ ...parameters }, { ...entry.parameters });
  if (!isOtherVariant && !isOther) return;
  const field = isOtherVariant ? 'variant' : 'parameters';
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${entry.alias} is locked with different ${field === 'variant' ? field : 'parameters'}`,
    hint: 'Leave out the option, or lock that image under another name.',
    details: { field },
  });
}

function unknownAlias(text: string, path: string, images: readonly LockEntry[]): NotFoundError {
  const known = images.map(({ alias }) => alias).sort();
  const near = closestNames(text, known).slice(0, 3);
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${path} has no entry ${JSON.stringify(text)}, and no vendor has that name`,
    hint:
      near.length === 0
        ? 'Run rootdisk lock ls for the names, or rootdisk list for the vendors.'
        : `Did you mean ${near.join(' or ')}?`,
    details: { field: 'alias', value: text, known },
  });
}
