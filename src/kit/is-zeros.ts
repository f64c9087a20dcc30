/** Not a `Buffer`, because its `subarray` is slower. */
const zeros = new Uint8Array(64 * 1024);

/** True if all bytes from `start` to `end` (exclusive) are zero. */
export function isZeros(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
  return firstNonZero(bytes, start, end) < 0;
}

/** The index of the first non-zero byte from `start` to `end` (exclusive); -1 if there is none. */
export function firstNonZero(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const last = Math.min(end, bytes.length);
  for (let from = start; from < last; from += zeros.length) {
    // Most data has a non-zero first byte.
    if (bytes[from] !== 0) return from;
    const piece = bytes.subarray(from, Math.min(from + zeros.length, last));
    // Compares two whole arrays, because the `Buffer` of Deno cannot compare ranges.
    if (Buffer.compare(piece, zeros.subarray(0, piece.length)) === 0) continue;
    return from + piece.findIndex((byte) => byte !== 0);
  }
  return -1;
}
