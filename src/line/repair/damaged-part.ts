import type { FileHandle } from 'node:fs/promises';
import type { Extents } from '../../bytes/extents.ts';
import type { SparseTarget } from '../../bytes/sparse-file.ts';
import { contentBlockBytes } from '../../cache/digest/content-digest.ts';

/** Of a disk that is decoded whole, what lies in the damaged ranges is written; the rest is as good as it is. */
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

/** The parts of extents that damage leaves. */
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

/** How many blocks of the disk are damaged. */
export function countBlocks(damage: Extents): number {
  return damage.reduce((sum, [, length]) => sum + Math.ceil(length / contentBlockBytes), 0);
}

/** What the damaged ranges have in common with a range; found by halving, as a decoder writes in many small pieces. */
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
