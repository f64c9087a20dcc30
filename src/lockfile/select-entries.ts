import { type Arch, arches } from '../contracts/arch.ts';
import { NotFoundError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';
import type { LockEntry, LockedImage } from './lock-file.ts';

/** One architecture of one entry. */
export interface Selected {
  entry: LockEntry;
  arch: Arch;
  image: LockedImage;
}

/**
 * The locked images with these names (without names: all) and architectures (without any: all). Throws
 * `ERR_NOT_FOUND` for a missing one.
 */
export function selectEntries(
  images: readonly LockEntry[],
  names: readonly string[],
  wanted: readonly Arch[],
): Selected[] {
  const known = images.map(({ alias }) => alias);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw notLocked('alias', missing, known);
  const entries = images.filter(({ alias }) => names.length === 0 || names.includes(alias));
  const found = entries.flatMap((entry) =>
    arches.flatMap((arch): Selected[] => {
      const image = entry.architectures[arch];
      const isWanted = wanted.length === 0 || wanted.includes(arch);
      return image === undefined || !isWanted ? [] : [{ entry, arch, image }];
    }),
  );
  const unlocked = wanted.find((arch) => !found.some((one) => one.arch === arch));
  if (unlocked !== undefined)
    throw notLocked(
      'arch',
      unlocked,
      found.map(({ arch }) => arch),
    );
  return found;
}

function notLocked(field: string, value: string, known: string[]): NotFoundError {
  const meant = nearestWord(value, known);
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `nothing is locked ${field === 'arch' ? 'for' : 'under the name'} ${value}`,
    hint: meant === undefined ? 'Run: rootdisk lock ls' : `Did you mean ${meant}?`,
    details: { field, value, known },
  });
}
