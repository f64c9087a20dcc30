import type { Geometry } from './geometry.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** The marker before every part of a stream; `bytes` counts marker and content, without padding. */
export type Marker =
  | { kind: 'grain'; grain: number; bytes: number }
  /** `contentBytes` is the length of the part itself; the rest of `bytes` must be zeros. */
  | { kind: 'table' | 'directory' | 'footer'; bytes: number; contentBytes: number }
  | { kind: 'end'; bytes: number }
  | { kind: 'unspecified'; bytes: number };

/** A grain's marker precedes its data in the same sector; other markers have a sector of their own. */
export const grainMarkerBytes = 12;
/** The minimum number of bytes that must be read for any marker. */
export const markerBytes = 16;

const maxSector = 0xffff_ffff;
/** A marker may declare this many sectors more than the part needs. */
const maxSpareSectors = 128n;

/** Reads the marker at `at`, which is `position` in the file, and checks its values. */
export function parseMarker(
  view: DataView,
  at: number,
  position: number,
  geometry: Geometry,
): Marker {
  const value = view.getBigUint64(at, true);
  const size = view.getUint32(at + 8, true);
  if (size !== 0) return parseGrainMarker(value, size, position, geometry);
  const type = view.getUint32(at + 12, true);
  const { tableSectors, directorySectors } = geometry;
  switch (type) {
    case 0:
      return { kind: 'end', bytes: sectorBytes };
    case 1:
      return metadata('table', tableSectors);
    case 2:
      return metadata('directory', directorySectors);
    case 3:
      return metadata('footer', 1);
    case 4:
      // Undocumented; vSphere writes such a marker now and then, without content.
      return { kind: 'unspecified', bytes: sectorBytes };
    default:
      throw corrupt(`is of the unknown type ${type}`, position, type);
  }

  function metadata(kind: 'table' | 'directory' | 'footer', sectors: number): Marker {
    const contentBytes = sectors * sectorBytes;
    // Xen Orchestra writes no length; the length of the part follows from the header.
    if (value === 0n) return { kind, bytes: sectorBytes + contentBytes, contentBytes };
    if (value < BigInt(sectors) || value > BigInt(sectors) + maxSpareSectors) {
      throw corrupt(`announces a ${kind} of a wrong length`, position, value);
    }
    return { kind, bytes: (1 + Number(value)) * sectorBytes, contentBytes };
  }
}

function parseGrainMarker(
  lba: bigint,
  size: number,
  position: number,
  { sectors, grainSectors, grainBytes }: Geometry,
): Marker {
  if (lba >= BigInt(sectors))
    throw corrupt('names a place past the end of the disk', position, lba);
  if (lba % BigInt(grainSectors) !== 0n) {
    throw corrupt('names a place where no grain begins', position, lba);
  }
  // Deflate makes data longer by a few thousandths at most.
  if (size > 2 * grainBytes) throw corrupt('announces far more than a grain', position, size);
  if (position / sectorBytes > maxSector) {
    throw corrupt('lies farther back than a grain table can tell', position, lba);
  }
  return { kind: 'grain', grain: Number(lba) / grainSectors, bytes: grainMarkerBytes + size };
}

function corrupt(what: string, offset: number, value: number | bigint): Error {
  return refuseVmdk('corrupt-table', `a marker ${what}`, { offset, value: String(value) });
}
