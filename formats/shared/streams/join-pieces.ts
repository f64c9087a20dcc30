import type { StreamReader } from './stream-reader.ts';

/**
 * Merges pieces that are adjacent in memory, without a copy: a walk that cuts a stream into headers and bodies then
 * needs no more steps than the stream had pieces. Holds nothing back when `reader`, the origin of the pieces, must wait
 * for more.
 */
export async function* joinPieces(
  pieces: AsyncIterable<Uint8Array>,
  reader: StreamReader,
): AsyncGenerator<Uint8Array> {
  let joined: Uint8Array | undefined;
  for await (const piece of pieces) {
    if (joined === undefined) {
      joined = piece;
    } else if (
      joined.buffer === piece.buffer &&
      joined.byteOffset + joined.length === piece.byteOffset
    ) {
      joined = new Uint8Array(joined.buffer, joined.byteOffset, joined.length + piece.length);
    } else {
      yield joined;
      joined = piece;
    }
    if (reader.drained) {
      yield joined;
      joined = undefined;
    }
  }
  if (joined !== undefined) yield joined;
}
