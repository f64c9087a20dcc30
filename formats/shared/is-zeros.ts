const zeros = Buffer.alloc(64 * 1024);

/** True when all bytes are zero. */
export function isZeros(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const end = Math.min(at + zeros.length, bytes.length);
    if (zeros.compare(bytes, at, end, 0, end - at) !== 0) return false;
  }
  return true;
}

/** True when all bytes are 0. */
export function isZero(bytes: Uint8Array): boolean {
  return firstNonZero(bytes) < 0;
}

/** Where the first byte stands that is not 0; -1 where there is none. */
export function firstNonZero(bytes: Uint8Array): number {
  for (let from = 0; from < bytes.length; from += zeros.length) {
    const piece = bytes.subarray(from, from + zeros.length);
    if (Buffer.compare(piece, zeros.subarray(0, piece.length)) === 0) continue;
    return from + piece.findIndex((byte) => byte !== 0);
  }
  return -1;
}
