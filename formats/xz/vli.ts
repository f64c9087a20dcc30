/**
 * A number in the encoding of xz: seven bits in each byte, low ones first, the top bit set on all except the last of at
 * most nine.
 */
export interface Vli {
  /** Exact up to 2^53. */
  value: number;
  /** Its length in bytes. */
  length: number;
}

/** Reads the number at `at`; `undefined` if it is cut, longer than nine bytes or not in the shortest form. */
export function parseVli(bytes: Uint8Array, at: number): Vli | undefined {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return byte === 0 && i > 0 ? undefined : { value, length: i + 1 };
  }
  return undefined;
}

/** The bytes of a number up to 2^53. */
export function formatVli(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return [...bytes, left];
}
