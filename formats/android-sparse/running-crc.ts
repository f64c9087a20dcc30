import { crc32 } from 'node:zlib';

/** The polynomial of CRC-32 with its bits reversed. */
const polynomial = 0xedb8_8320;
/** x^0, in the same order of bits. */
const one = 0x8000_0000;

/** CRC-32 of a disk that arrives in order. Runs of repeated bytes are fast, however long they are. */
export class RunningCrc {
  value = 0;

  add(bytes: Uint8Array): void {
    this.value = crc32(bytes, this.value);
  }

  /** Adds `length` bytes that repeat the same four bytes. */
  addRun(pattern: Uint8Array, length: number): void {
    let part = crc32(pattern);
    let partBytes = pattern.length;
    for (let left = length / pattern.length; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) this.value = join(this.value, part, partBytes);
      part = join(part, part, partBytes);
      partBytes *= 2;
    }
  }
}

/** The CRC of two byte strings joined together, from the CRC of each and the length of the second. */
function join(first: number, second: number, secondBytes: number): number {
  return (multiply(first, powerOfX(secondBytes * 8)) ^ second) >>> 0;
}

/** x^n modulo the polynomial. */
function powerOfX(exponent: number): number {
  let result = one;
  let square = one >>> 1;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** The product of two polynomials over GF(2), modulo that of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ polynomial;
  }
  return product >>> 0;
}
