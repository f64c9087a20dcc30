import { changeLockFile } from '../lockfile/change-lock-file.ts';
import { type LockChange, type PlacedPin, placePins } from '../lockfile/place-pins.ts';
import { readLockFile } from '../lockfile/read-lock-file.ts';
import { requireLockfile } from '../lockfile/require-lockfile.ts';
import { type Selected, selectEntries } from '../lockfile/select-entries.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { isWithoutDigest, type PinOptions, pinReference } from '../pinning/pin-reference.ts';
import { givenArches, type LockfileOptions } from './lock-images.ts';

export type UpdateLock = (
  names: string | readonly string[],
  options: LockfileOptions,
) => Promise<LockChange[]>;

/**
 * `updateLock` for the given parts: locks these entries (without names: all) again, for their locked architectures or
 * those of `arch`. Nothing else in the file changes, and nothing is written unless all of them can be locked. An
 * entry that was not named and whose source publishes no digest is `kept`.
 */
export function bindUpdateLock(parts: BoundParts): UpdateLock {
  return async (names, options) => {
    // The defaults `variant` and `parameters` do not apply, because an entry has its own.
    checkOptions<LockfileOptions>(options, optionKinds.updateLock);
    const path = requireLockfile(options);
    const { lockfile: _, arch: given, ...others } = options;
    const named = [names].flat();
    const { images: locked } = await readLockFile(path);
    const pins: PlacedPin[] = [];
    const kept: LockChange[] = [];
    for (const one of selectEntries(locked, named, givenArches(given))) {
      const { entry, arch, image } = one;
      try {
        const pin = await pinReference(parts, entry.request, {
          ...others,
          ...optionsOf(one),
          fromCache: false,
        });
        const { architectures: _all, ...of } = entry;
        pins.push({ ...of, arch, image: pin.image });
      } catch (error) {
        if (named.length > 0 || !isWithoutDigest(error)) throw error;
        kept.push({ alias: entry.alias, arch, change: 'kept', image, before: image });
      }
    }
    let changes: LockChange[] = [];
    await changeLockFile(
      path,
      (before) => {
        const placed = placePins(before, pins);
        changes = [...placed.changes, ...kept];
        return placed.images;
      },
      options.signal,
    );
    return changes;
  };
}

/** The options with which the entry was locked. */
export function optionsOf({
  entry: { variant, parameters },
  arch,
  image,
}: Selected): Pick<PinOptions, 'arch' | 'variant' | 'parameters' | 'boot'> {
  return { arch, variant, parameters, boot: image.boot !== undefined };
}
