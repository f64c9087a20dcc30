import type { FileHandle } from 'node:fs/promises';
import type { Extents } from '../../bytes/extents.ts';
import type { SparseTarget } from '../../bytes/sparse-file.ts';
import { contentBlockBytes } from '../../cache/digest/content-digest.ts';

/**
 * A target that writes only the damaged ranges of a disk that is decoded completely; the rest of the file is intact.
 */
export function damagedPart(file: Pick<FileHandle, 'write'>, damage: Extents): SparseTarget {
  return {
    zeroed: true,
    async write(bytes, offset, length, position) {
      for (const [start, end] of within(damage, position, position + length)) {
        for (let at = start; at < end; ) {
          const from = offset + at - position;
          at += (await file.write(bytes, from, end - at, at)).bytesWritten;
        }
      }
      return { bytesWritten: length };
    },
    truncate: () => Promise.resolve(),
  };
}

/** The extents without the damaged ranges. */
export function undamaged(extents: Extents, damage: Extents): Extents {
  return extents.flatMap(([offset, length]) => {
    const left: [offset: number, length: number][] = [];
    let from = offset;
    for (const [start, end] of within(damage, offset, offset + length)) {
      if (start > from) left.push([from, start - from]);
      from = end;
    }
    const rest = offset + length - from;
    if (rest > 0) left.push([from, rest]);
    return left;
  });
}

/** The number of damaged blocks of the disk. */
export function countBlocks(damage: Extents): number {
  return damage.reduce((sum, [, length]) => sum + Math.ceil(length / contentBlockBytes), 0);
}

/** The damaged parts of a range; a binary search, because a decoder writes many small pieces. */
function* within(damage: Extents, from: number, to: number): Generator<[number, number]> {
  let [low, high] = [0, damage.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [offset = 0, length = 0] = damage[middle] ?? [];
    if (offset + length <= from) low = middle + 1;
    else high = middle;
  }
  for (; low < damage.length; low += 1) {
    const [offset = 0, length = 0] = damage[low] ?? [];
    if (offset >= to) return;
    yield [Math.max(offset, from), Math.min(offset + length, to)];
  }
}
