/** Not a `Buffer`: its `subarray` is slower. */
const zeros = new Uint8Array(64 * 1024);

/** True when all bytes from `start` up to `end` are zero. */
export function isZeros(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
  return firstNonZero(bytes, start, end) < 0;
}

/** The index of the first byte from `start` up to `end` that is not zero; -1 when all of them are. */
export function firstNonZero(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const last = Math.min(end, bytes.length);
  for (let from = start; from < last; from += zeros.length) {
    // Most data is told by its first byte.
    if (bytes[from] !== 0) return from;
    const piece = bytes.subarray(from, Math.min(from + zeros.length, last));
    // Two whole arrays: the `Buffer` of Deno cannot compare ranges.
    if (Buffer.compare(piece, zeros.subarray(0, piece.length)) === 0) continue;
    return from + piece.findIndex((byte) => byte !== 0);
  }
  return -1;
}
