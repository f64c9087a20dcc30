import { viewOf } from '../../src/kit.ts';
import type { Geometry } from './geometry.ts';
import { field, fieldsEnd, type SparseHeader } from './header.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** Sectors at which the grain directories begin. */
export interface DirectoryPlaces {
  directory: number;
  /** A second directory with tables of its own, where there is one. */
  redundant?: number;
}

const atEnd = 0xffff_ffff_ffff_ffffn;

/**
 * Where a header, or the footer, says that the directories are; `undefined` when only the footer will tell. Refuses places
 * past the end of the file, where its size is known.
 */
export function parseDirectoryPlaces(
  { bytes, hasRedundant, descriptorSectors }: SparseHeader,
  geometry: Geometry,
  sizeBytes: number | undefined,
): DirectoryPlaces | undefined {
  const view = viewOf(bytes);
  const directory = view.getBigUint64(field.directory, true);
  if (directory === atEnd) return undefined;
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
  return { ...places, redundant: place(redundant, field.redundant, 'redundant grain directory') };
}

/** The places that the footer (`bytes`) tells; all else in it must be what the header said. */
export function parseVmdkFooter(
  bytes: Uint8Array,
  header: SparseHeader,
  geometry: Geometry,
  at: number,
): DirectoryPlaces {
  const same = (from: number, to: number): boolean =>
    Buffer.compare(bytes.subarray(from, to), header.bytes.subarray(from, to)) === 0;
  // The byte that says whether the file was closed properly may change while the file is written.
  const equal =
    same(0, field.redundant) &&
    same(field.overhead, field.unclean) &&
    same(field.newlines, fieldsEnd);
  if (!equal) throw refuseVmdk('corrupt-header', 'header and footer disagree', { offset: at });
  const places = parseDirectoryPlaces({ ...header, bytes }, geometry, undefined);
  if (places === undefined) {
    throw refuseVmdk('corrupt-header', 'the footer leaves the grain directory open', {
      offset: at,
    });
  }
  const told = viewOf(header.bytes);
  const agrees = (from: number): boolean =>
    told.getBigUint64(from, true) === atEnd || same(from, from + 8);
  if (agrees(field.directory) && agrees(field.redundant)) return places;
  throw refuseVmdk('corrupt-header', 'header and footer name two grain directories', {
    offset: at,
  });
}
