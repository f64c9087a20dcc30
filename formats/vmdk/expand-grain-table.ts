import { type ByteSource, isZeros, viewOf } from '../../src/kit.ts';
import { PieceList } from '../shared/blocks/piece-list.ts';
import type { Geometry } from './geometry.ts';
import type { GrainClaims } from './grain-claims.ts';
import type { GrainTableMap } from './grain-table-map.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** The input for reading a table. */
export interface TableContext {
  geometry: Geometry;
  zeroedGrains: boolean;
  map: GrainTableMap;
  source: ByteSource;
}

const maxPieceBytes = 1024 * 1024;

/** Entry 1 of a table means a grain of zeros, if the header allows it. */
export const zeroedGrain = 1;

/**
 * The data that one grain table describes, in the order of the disk: `bytes` is the table, `index` its number. With
 * `claims`, every grain is claimed; without, the table was claimed before.
 */
export function expandGrainTable(
  { geometry, zeroedGrains, map, source }: TableContext,
  index: number,
  bytes: Uint8Array,
  claims?: GrainClaims,
): PieceList {
  const view = viewOf(bytes);
  const { grainBytes, grainSectors, tableEntries, tableCover, virtualSize } = geometry;
  const pieces = new PieceList();
  if (isZeros(bytes)) return pieces;
  for (let i = 0; i < tableEntries; i += 1) {
    const guest = index * tableCover + i * grainBytes;
    if (guest >= virtualSize) break;
    const sector = view.getUint32(i * 4, true);
    if (sector === 0 || (sector === zeroedGrain && zeroedGrains)) continue;
    const offset = map.sectorAt(index) * sectorBytes + i * 4;
    if (map.touches(sector, sector + grainSectors)) {
      throw refuseVmdk('corrupt-table', 'a grain overlaps the metadata', { offset, value: sector });
    }
    const host = sector * sectorBytes;
    const length = Math.min(grainBytes, virtualSize - guest);
    if (host + length > (source.sizeBytes ?? Number.POSITIVE_INFINITY)) {
      throw refuseVmdk('truncated', 'a grain lies past the end of the file', {
        offset,
        value: sector,
      });
    }
    if (claims?.claim(sector) === false) {
      throw refuseVmdk('corrupt-table', 'two grains overlap', { offset, value: sector });
    }
    for (let from = 0; from < length; from += maxPieceBytes) {
      pieces.extend(host + from, guest + from, Math.min(maxPieceBytes, length - from));
    }
  }
  return pieces;
}
