import type { ByteSource } from '../../../src/kit.ts';

const usualBytes = 256 * 1024;
/** After the expected end, only this much is read at once. */
const extraBytes = 16 * 1024;

/**
 * The bytes of a source from `start` on, as they arrive, to the end of the source. Up to `expectedEnd` they are read in
 * pieces of `pieceBytes`, none of which crosses it.
 */
export async function* piecesFrom(
  source: ByteSource,
  start: number,
  expectedEnd: number,
  pieceBytes: number = usualBytes,
): AsyncGenerator<Uint8Array> {
  for (let position = start; ; ) {
    while (source.readyBytes <= position) {
      if (position >= (source.sizeBytes ?? Number.POSITIVE_INFINITY)) return;
      await source.grown();
    }
    const wanted =
      position < expectedEnd ? Math.min(pieceBytes, expectedEnd - position) : extraBytes;
    const piece = await source.read(position, Math.min(wanted, source.readyBytes - position));
    if (piece.length === 0) return;
    yield piece;
    position += piece.length;
  }
}
