import { isZeros, viewOf } from '../../../src/kit.ts';
import { type DirectoryPlaces, parseDirectoryPlaces, toldByFooter } from '../directory-places.ts';
import type { Geometry } from '../geometry.ts';
import { field, parseSparseFlags, type SparseHeader } from '../header.ts';
import { refuseVmdk } from '../magic.ts';

/** The values of a footer that a header does not have. */
export interface VmdkFooter {
  places: DirectoryPlaces;
  /** Header and footer both allow entry 1 of a table to mean zeros. */
  zeroedGrains: boolean;
}

/**
 * Reads a footer. It must describe the same disk as the header; the version, the overhead and other flags may differ,
 * and a descriptor need not be named again.
 */
export function parseVmdkFooter(
  bytes: Uint8Array,
  header: SparseHeader,
  geometry: Geometry,
  at: number,
): VmdkFooter {
  const same = (from: number, to: number): boolean =>
    Buffer.compare(bytes.subarray(from, to), header.bytes.subarray(from, to)) === 0;
  const isSameDisk =
    same(0, field.version) &&
    same(field.capacity, field.descriptor) &&
    (same(field.descriptor, field.entries) ||
      isZeros(bytes.subarray(field.descriptor, field.entries))) &&
    same(field.entries, field.redundant);
  if (!isSameDisk) throw corrupt('disagree', at);
  const flags = parseSparseFlags(bytes);
  if (!flags.isStream) throw corrupt('differ in kind', at);
  const places = parseDirectoryPlaces({ ...header, ...flags, bytes }, geometry, undefined);
  if (places === undefined) {
    throw refuseVmdk('corrupt-header', 'the footer leaves the grain directory open', {
      offset: at,
    });
  }
  const told = viewOf(header.bytes);
  const directory = told.getBigUint64(field.directory, true);
  const redundant = header.hasRedundant ? told.getBigUint64(field.redundant, true) : 0n;
  const isSamePlace = directory === toldByFooter || directory === BigInt(places.directory);
  const isSameCopy =
    [0n, toldByFooter].includes(redundant) || redundant === BigInt(places.redundant ?? redundant);
  if (!isSamePlace || !isSameCopy) throw corrupt('name two grain directories', at);
  return { places, zeroedGrains: header.zeroedGrains && flags.zeroedGrains };
}

function corrupt(how: string, offset: number): Error {
  return refuseVmdk('corrupt-header', `header and footer ${how}`, { offset });
}
