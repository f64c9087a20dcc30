/** A literal byte, or a match: length and distance. */
export type Token = number | [length: number, distance: number];

/** One last block of Deflate64 in the fixed codes of RFC 1951, 3.2.6. */
export function deflate64(tokens: readonly Token[]): Uint8Array {
  const bits: number[] = [1, 1, 0];
  /** Lowest bit first, as for numbers. */
  const number = (value: number, count: number): void => {
    for (let i = 0; i < count; i += 1) bits.push(Math.floor(value / 2 ** i) % 2);
  };
  /** Highest bit first, as for codes. */
  const code = (value: number, count: number): void => {
    for (let i = count - 1; i >= 0; i -= 1) bits.push((value >>> i) & 1);
  };
  const literal = (symbol: number): void => {
    if (symbol < 144) code(0x30 + symbol, 8);
    else if (symbol < 256) code(0x190 + symbol - 144, 9);
    else if (symbol < 280) code(symbol - 256, 7);
    else code(0xc0 + symbol - 280, 8);
  };
  for (const token of tokens) {
    if (typeof token === 'number') {
      literal(token);
      continue;
    }
    const [length, distance] = token;
    const [lengthCode, lengthRest, lengthBits] =
      length > 257 ? [28, length - 3, 16] : place(length - 3, 4);
    literal(257 + lengthCode);
    number(lengthRest, lengthBits);
    const [distanceCode, distanceRest, distanceBits] = place(distance - 1, 2);
    code(distanceCode, 5);
    number(distanceRest, distanceBits);
  }
  literal(256);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) bytes[i >>> 3] = (bytes[i >>> 3] ?? 0) | (bit << (i % 8));
  return bytes;
}

/** Code, rest and its bits, where every `step` codes have one bit more, from the second group of `step` on. */
function place(value: number, step: number): [code: number, rest: number, bits: number] {
  let base = 0;
  for (let code = 0; ; code += 1) {
    const bits = Math.max(0, Math.floor(code / step) - 1);
    if (value < base + 2 ** bits) return [code, value - base, bits];
    base += 2 ** bits;
  }
}

/** The decoded tokens. */
export function expandTokens(tokens: readonly Token[]): Uint8Array {
  const bytes: number[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') {
      bytes.push(token);
      continue;
    }
    const [length, distance] = token;
    for (let i = 0; i < length; i += 1) bytes.push(bytes[bytes.length - distance] ?? 0);
  }
  return Uint8Array.from(bytes);
}
