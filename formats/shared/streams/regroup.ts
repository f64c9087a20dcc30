/**
 * Cuts a stream into pieces of exactly `size` bytes, except the last one. A piece that fits is not copied. With
 * `reuse`, a piece is valid until the next but one is requested.
 */
export async function* regroup(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  reuse = false,
): AsyncGenerator<Uint8Array> {
  let group: Uint8Array | undefined;
  let last: Uint8Array | undefined;
  let before: Uint8Array | undefined;
  let filled = 0;
  for await (let piece of pieces) {
    while (piece.length > 0) {
      if (filled === 0 && piece.length >= size) {
        yield piece.subarray(0, size);
        piece = piece.subarray(size);
        continue;
      }
      group ??= before ?? new Uint8Array(size);
      const part = piece.subarray(0, size - filled);
      group.set(part, filled);
      filled += part.length;
      piece = piece.subarray(part.length);
      if (filled === size) {
        yield group;
        if (reuse) [before, last] = [last, group];
        group = undefined;
        filled = 0;
      }
    }
  }
  if (group !== undefined) yield group.subarray(0, filled);
}
