import { viewOf } from '../../src/kit.ts';
import type { Geometry } from './geometry.ts';
import { field, type SparseHeader } from './header.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** Sectors at which the grain directories begin. */
export interface DirectoryPlaces {
  directory: number;
  /** A second directory with tables of its own, if there is one. */
  redundant?: number;
}

/** A value instead of a sector: the place is in the footer. */
export const toldByFooter = 0xffff_ffff_ffff_ffffn;

/**
 * The places of the directories in a header or footer; `undefined` if only the footer has them. Refuses places past the
 * end of the file, if its size is known.
 */
export function parseDirectoryPlaces(
  { bytes, isStream, hasRedundant, descriptorSectors }: SparseHeader,
  geometry: Geometry,
  sizeBytes: number | undefined,
): DirectoryPlaces | undefined {
  const view = viewOf(bytes);
  const directory = view.getBigUint64(field.directory, true);
  if (directory === toldByFooter) return undefined;
  const { directorySectors } = geometry;
  const place = (sector: bigint, offset: number, what: string): number => {
    const details = { offset, value: String(sector) };
    if (sector <= BigInt(descriptorSectors)) {
      throw refuseVmdk(
        'corrupt-header',
        `the ${what} lies in the descriptor or before it`,
        details,
      );
    }
    const end = (sector + BigInt(directorySectors)) * BigInt(sectorBytes);
    if (end > BigInt(sizeBytes ?? Number.MAX_SAFE_INTEGER)) {
      throw refuseVmdk('truncated', `the ${what} lies past the end of the file`, details);
    }
    return Number(sector);
  };
  const places = { directory: place(directory, field.directory, 'grain directory') };
  if (!hasRedundant) return places;
  const redundant = view.getBigUint64(field.redundant, true);
  // Some writers of streams set the flag and name no directory.
  if (isStream && (redundant === 0n || redundant === toldByFooter)) return places;
  return { ...places, redundant: place(redundant, field.redundant, 'redundant grain directory') };
}
