import { isDeepStrictEqual } from 'node:util';
import { NotFoundError, UsageError } from '../../errors.ts';
import { closestNames } from '../../kit/closest-names.ts';
import { checkAlias, isAlias } from '../../lockfile/alias.ts';
import type { LockEntry, LockedImage } from '../../lockfile/lock-file.ts';
import { mainDigest } from '../../lockfile/main-digest.ts';
import { readLockFile } from '../../lockfile/read-lock-file.ts';
import type { Call } from '../call.ts';
import { parseReference } from '../reference.ts';

/**
 * The call about what its lock file pins under this name: with the digests of the entry, and plain http where an address
 * has it. The call as it is where it names no lock file, or something that is no alias of it.
 */
export async function takeLock(call: Call, text: string): Promise<Call> {
  const { lockfile: path, digest } = call.options;
  if (path === undefined || !isAlias(text)) return call;
  const { images } = await readLockFile(path);
  const entry = images.find(({ alias }) => alias === text);
  if (entry === undefined) {
    if (call.parts.vendors.has(text)) return call;
    throw unknownAlias(text, path, images);
  }
  checkAlias(text, call.parts.vendors);
  const image = imageFor(call, entry);
  refuseOtherRequest(call, entry, image);
  call.progress.stage('resolve', `${text} is pinned by ${path}`);
  const { digests, boot } = image;
  const isOwn = parseReference(entry.request).kind === 'url';
  return {
    ...call,
    http: call.openHttp({ named: isOwn ? [entry.request] : [], allowPlain: true }),
    options: { ...call.options, digest: digest ?? mainDigest(digests), pins: digests },
    locked: {
      path,
      entry,
      image,
      digests: {
        disk: digests,
        kernel: boot?.kernel.digests ?? [],
        initrd: boot?.initrd?.digests ?? [],
      },
    },
  };
}

function imageFor({ options: { arch } }: Call, { alias, request, architectures }: LockEntry) {
  const image = architectures[arch];
  if (image !== undefined) return image;
  const known = Object.keys(architectures);
  throw new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${alias} is locked for ${known.join(' and ')}, not for ${arch}`,
    hint: `Run: rootdisk lock add ${request} --as ${alias} --arch ${arch}`,
    details: { field: 'arch', value: arch, known },
  });
}

/** A name of a lock entry stands for one image; what asks for another one is a mistake. */
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
    message: `${entry.alias} is locked with another ${field === 'variant' ? field : 'set of parameters'}`,
    hint: 'Leave the option out, or lock that image under a name of its own.',
    details: { field },
  });
}

function unknownAlias(text: string, path: string, images: readonly LockEntry[]): NotFoundError {
  const known = images.map(({ alias }) => alias).sort();
  const near = closestNames(text, known).slice(0, 3);
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${path} pins nothing called ${JSON.stringify(text)}, and no vendor has that name`,
    hint:
      near.length === 0
        ? 'Run rootdisk lock ls for the names, or rootdisk list for the vendors.'
        : `Did you mean ${near.join(' or ')}?`,
    details: { field: 'alias', value: text, known },
  });
}
