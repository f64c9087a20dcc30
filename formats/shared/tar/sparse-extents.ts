import { type DefectReason, type Limits, raiseLimit, refuse } from '../../../src/kit.ts';
import { memberTooLong } from '../archives/member-too-long.ts';
import { ExtentMap } from '../sources/extent-map.ts';

/** More extents would not be a disk: a file of 1 TiB in extents of 1 MiB. */
const maxExtents = 1_000_000;

/**
 * Collects the extents of a sparse member and checks each: ascending, not overlapping, inside the real size, no more
 * than the limits allow.
 */
export class SparseExtents {
  readonly #map: ExtentMap;
  readonly #limit: number;
  #count = 0;
  #reached = 0;

  constructor(realSize: number, limits: Limits) {
    if (realSize > limits.virtualBytes)
      throw memberTooLong('tar', realSize, limits.virtualBytes, realSize);
    this.#limit = Math.min(limits.mapEntries, maxExtents);
    this.#map = new ExtentMap(realSize);
  }

  /** Refuses a stated number of extents before the first of them is read. */
  expect(count: number): void {
    if (count > this.#limit) throw tooMany(this.#limit, count);
  }

  add(offset: number, length: number): void {
    this.#count += 1;
    if (this.#count > this.#limit) throw tooMany(this.#limit);
    if (offset < this.#reached) throw badSparse('corrupt-table', 'has extents out of order');
    if (offset + length > this.#map.sizeBytes) {
      throw badSparse('corrupt-table', 'has an extent past its end');
    }
    // An extent of no bytes marks the end of a file that ends with a hole.
    this.#map.add(offset, length);
    this.#reached = offset + length;
  }

  /** The map, if the sum of its extents equals the stored bytes. */
  finish(storedBytes: number): ExtentMap {
    if (this.#map.storedBytes === storedBytes) return this.#map;
    throw badSparse(
      'corrupt-table',
      `stores ${storedBytes} bytes and maps ${this.#map.storedBytes}`,
    );
  }
}

export function badSparse(reason: DefectReason, what: string): Error {
  return refuse(reason, `A sparse tar member ${what}`, { format: 'tar' });
}

function tooMany(limit: number, count = limit === maxExtents ? limit + 1 : undefined): Error {
  return refuse('limit', `A sparse tar member has more than ${limit} extents`, {
    format: 'tar',
    limit,
    hint: raiseLimit('mapEntries', count, maxExtents),
  });
}
