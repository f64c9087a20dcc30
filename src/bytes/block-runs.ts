import { isZeros } from '../kit/is-zeros.ts';

/** Holes have the granularity of file system blocks. */
const blockBytes = 4096;

/**
 * What is written at `position`, cut where blocks of nothing but zeros begin and end. Blocks are those of the file, so that a
 * hole is one on disk too; `from` and `to` are places in `bytes`.
 */
export function* blockRuns(
  position: number,
  bytes: Uint8Array,
): Generator<{ from: number; to: number; isHole: boolean }> {
  const endOf = (from: number): number =>
    Math.min(bytes.length, from + blockBytes - ((position + from) % blockBytes));
  let from = 0;
  while (from < bytes.length) {
    let to = endOf(from);
    const isHole = isZeros(bytes, from, to);
    while (to < bytes.length) {
      const next = endOf(to);
      if (isZeros(bytes, to, next) !== isHole) break;
      to = next;
    }
    yield { from, to, isHole };
    from = to;
  }
}
