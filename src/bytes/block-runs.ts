import { isZeros } from '../kit/is-zeros.ts';

/** Holes have the size of file system blocks. */
const blockBytes = 4096;

/**
 * The ranges of `bytes` (written at `position`) that hold data, cut at blocks of zeros. Blocks are aligned in the
 * file, so that each one can be a hole on disk; `from` and `to` are indexes in `bytes`.
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
