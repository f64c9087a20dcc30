import type { PieceList } from '../shared/blocks/piece-list.ts';
import type { DiskHole } from '../shared/blocks/zero-holes.ts';
import type { Geometry } from './geometry.ts';
import type { GrainTableMap } from './grain-table-map.ts';
import type { SparseNumbers } from './sparse-numbers.ts';

/** The ranges that have no grain table. */
export function* directoryHoles(
  { tableCount, tableCover, virtualSize }: Geometry,
  map: GrainTableMap,
): Generator<DiskHole> {
  let start = 0;
  for (let index = 0; index < tableCount; index += 1) {
    if (map.sectorAt(index) === 0) continue;
    const end = index * tableCover;
    if (end > start) yield [start, end - start];
    start = end + tableCover;
  }
  if (start < virtualSize) yield [start, virtualSize - start];
}

/** The ranges below one table that are not in `pieces`, which are in the order of the disk. */
export function* grainTableHoles(
  pieces: PieceList,
  { tableCover, virtualSize }: Geometry,
  index: number,
): Generator<DiskHole> {
  let start = index * tableCover;
  const end = Math.min(virtualSize, start + tableCover);
  for (let i = 0; i < pieces.count; i += 1) {
    const guest = pieces.guestAt(i);
    if (guest > start) yield [start, guest - start];
    start = guest + pieces.lengthAt(i);
  }
  if (start < end) yield [start, end - start];
}

/** The ranges whose grains have no number. */
export function* grainHoles(
  { grainBytes, virtualSize }: Geometry,
  numbers: SparseNumbers,
): Generator<DiskHole> {
  const grains = Math.ceil(virtualSize / grainBytes);
  for (let from = 0; from < grains; ) {
    const to = numbers.nextSet(from, grains);
    if (to > from) {
      const start = from * grainBytes;
      yield [start, Math.min(virtualSize, to * grainBytes) - start];
    }
    from = to + 1;
  }
}
