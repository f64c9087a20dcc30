const polynomial = 0xedb88320;
const one = 0x8000_0000;

/** CRC-32 of two byte strings joined together, from the CRC-32 of each and the length of the second. */
export function combineCrc(first: number, second: number, secondBytes: number): number {
  return (multiply(shiftOf(secondBytes), first) ^ second) >>> 0;
}

const shifts = new Map<number, number>();

/** The factor by which this many zero bytes multiply a CRC; cached, because lengths repeat. */
function shiftOf(bytes: number): number {
  const known = shifts.get(bytes);
  if (known !== undefined) return known;
  let product = one;
  // x to the power of 8, squared for every bit of the length.
  let power = one >>> 8;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product = multiply(power, product);
    power = multiply(power, power);
  }
  shifts.set(bytes, product);
  return product;
}

/** The product of two polynomials modulo that of CRC-32; the highest bit is the power 0. */
function multiply(left: number, right: number): number {
  let product = 0;
  let factor = right;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if (((left >>> bit) & 1) === 1) product ^= factor;
    factor = (factor & 1) === 1 ? (factor >>> 1) ^ polynomial : factor >>> 1;
  }
  return product >>> 0;
}
