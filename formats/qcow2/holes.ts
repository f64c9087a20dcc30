import type { PieceList } from '../shared/blocks/piece-list.ts';
import type { DiskHole } from '../shared/blocks/zero-holes.ts';
import type { Qcow2Header } from './header.ts';
import type { L2TableMap } from './l2-table-map.ts';

/** The ranges that have no L2 table. */
export function* diskHoles(
  { tableCover, virtualSize }: Qcow2Header,
  map: L2TableMap,
): Generator<DiskHole> {
  let at = 0;
  for (const guest of map.guest.toSorted()) {
    if (guest > at) yield [at, guest - at];
    at = guest + tableCover;
  }
  if (at < virtualSize) yield [at, virtualSize - at];
}

/** The ranges between `start` and `end` that are not in `pieces`, which are in the order of the disk. */
export function* l2TableHoles(
  pieces: PieceList,
  start: number,
  end: number,
  clusterBytes: number,
): Generator<DiskHole> {
  let at = start;
  for (let i = 0; i < pieces.count; i += 1) {
    const guest = pieces.guestAt(i);
    const length = pieces.lengthAt(i);
    if (guest > at) yield [at, guest - at];
    at = guest + (length < 0 ? clusterBytes : length);
  }
  if (at < end) yield [at, end - at];
}
