import type { Arch } from '../contracts/arch.ts';
import type { EnsureOptions, RequestOptions, TransportOptions } from '../contracts/options.ts';
import { UsageError } from '../errors.ts';
import { hostArch, parseArch } from '../kit/arch.ts';
import { defined } from '../kit/defined.ts';
import { checkAlias, defaultAlias } from '../lockfile/alias.ts';
import { changeLockFile } from '../lockfile/change-lock-file.ts';
import { type LockChange, type PlacedPin, placePins } from '../lockfile/place-pins.ts';
import { requireLockfile } from '../lockfile/require-lockfile.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readReference } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { type Pin, pinReference } from '../pinning/pin-reference.ts';

/** The options of every verb on lock files. */
export interface LockfileOptions
  extends TransportOptions,
    Pick<EnsureOptions, 'trust' | 'keys' | 'maxAge' | 'allowOlder'> {
  /** Path of the lock file. */
  lockfile: string;
  /** Any common spelling; one, or several. */
  arch?: string | readonly string[] | undefined;
  /** The current time; default: now. */
  now?: Date | undefined;
}

export interface LockImagesOptions
  extends LockfileOptions,
    Pick<RequestOptions, 'variant' | 'parameters'> {
  /** Name of the entry; default: `<vendor>-<release>`. */
  alias?: string | undefined;
  /** The digest that the published file must have, for sources that publish none. */
  digest?: string | undefined;
  /** Lock the cached disk that answered the same reference, with the digests of its download; make no request. */
  fromCache?: boolean | undefined;
  /** Also lock the kernel and initrd; throws `ERR_NOT_FOUND` if the vendor publishes none. */
  boot?: boolean | undefined;
}

export type LockImages = (
  references: string | URL | readonly (string | URL)[],
  options: LockImagesOptions,
) => Promise<LockChange[]>;

/**
 * `lockImages` for the given parts: pins the current images of the references in the lock file, for this machine's
 * architecture or those of `arch`. Reads and proves documents, but transfers no image byte. Writes nothing unless all
 * of them can be locked.
 */
export function bindLockImages(parts: BoundParts): LockImages {
  return async (references, options) => {
    checkOptions(options, optionKinds.lockImages);
    const asked = [references].flat().map(readReference);
    const path = requireLockfile(options);
    const arches = readArches(options.arch);
    const { lockfile: _, alias, fromCache = false, ...others } = options;
    refuseAmbiguous(options, asked.length, arches.length);
    const pins: PlacedPin[] = [];
    for (const reference of asked) {
      for (const arch of arches) {
        const pin = await pinReference(parts, reference, { ...others, arch, fromCache });
        pins.push(place(parts, pin, alias, options));
      }
    }
    let changes: LockChange[] = [];
    await changeLockFile(
      path,
      (before) => {
        const { images, ...made } = placePins(before, pins);
        changes = made.changes;
        return images;
      },
      options.signal,
    );
    return changes;
  };
}

function place(
  parts: BoundParts,
  { reference, request, arch, image }: Pin,
  alias: string | undefined,
  { variant, parameters = {} }: LockImagesOptions,
): PlacedPin {
  const name = alias ?? defaultAlias(request.vendor, request.release);
  const isEmpty = Object.keys(parameters).length === 0;
  return {
    alias: checkAlias(name, parts.vendors),
    request: reference,
    ...defined({ variant, parameters: isEmpty ? undefined : { ...parameters } }),
    arch,
    image,
  };
}

/** The architectures without duplicates; default: the one of this machine. */
function readArches(given: LockfileOptions['arch']): Arch[] {
  const arches = givenArches(given);
  return arches.length === 0 ? [hostArch()] : arches;
}

/** The given architectures without duplicates. */
export function givenArches(given: LockfileOptions['arch']): Arch[] {
  const words = given === undefined ? [] : [given].flat();
  return [...new Set(words.map(parseArch))];
}

function refuseAmbiguous(
  { digest, alias, fromCache, boot }: LockImagesOptions,
  references: number,
  arches: number,
): void {
  if (references === 0) throw invalid('reference', 'there is no reference to lock');
  if (digest !== undefined && references * arches > 1) {
    throw invalid(
      'digest',
      'a digest belongs to one file: give one reference and one architecture',
    );
  }
  if (alias !== undefined && references > 1) {
    throw invalid('alias', 'alias (--as) takes one reference');
  }
  if (fromCache === true && (boot === true || digest !== undefined)) {
    throw invalid('fromCache', 'fromCache (--from-cache) cannot be used with boot or digest');
  }
}

function invalid(field: string, message: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: 'Correct the option and call again.',
    details: { field },
  });
}
