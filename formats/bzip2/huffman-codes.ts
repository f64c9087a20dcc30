/** The longest code that a block may use. */
export const maxCodeBits = 20;
/** The number of bits in an index of `quick`. */
export const quickBits = 10;
export const quickEntries: number = 1 << quickBits;
/** 256 byte values, of which RUNA and RUNB replace the first, and the end of the block. */
export const maxSymbols = 258;

/** The prefix codes of one block, up to six; each has its own part of every array. */
export interface HuffmanCodes {
  /** Indexed by the next ten bits: `length << 9 | symbol`; zero if the code is longer. */
  quick: Uint16Array;
  /** Indexed by length: the first twenty-bit value that is not a code of this length or a shorter one. */
  limits: Uint32Array;
  /** Indexed by length: the number that turns a code of this length into an index of `symbols`. */
  places: Int32Array;
  /** Symbols in the order of their codes. */
  symbols: Uint16Array;
}

export function makeHuffmanCodes(): HuffmanCodes {
  return {
    quick: new Uint16Array(6 * quickEntries),
    limits: new Uint32Array(6 * (maxCodeBits + 1)),
    places: new Int32Array(6 * (maxCodeBits + 1)),
    symbols: new Uint16Array(6 * maxSymbols),
  };
}

/** Stores code number `index` by the lengths of its symbols; false if so many codes of these lengths cannot exist. */
export function setHuffmanCode(codes: HuffmanCodes, index: number, lengths: Uint8Array): boolean {
  const { quick, limits, places, symbols } = codes;
  const quickAt = index * quickEntries;
  const lengthAt = index * (maxCodeBits + 1);
  const symbolAt = index * maxSymbols;
  quick.fill(0, quickAt, quickAt + quickEntries);
  let code = 0;
  let place = 0;
  for (let bits = 1; bits <= maxCodeBits; bits += 1) {
    code *= 2;
    places[lengthAt + bits] = place - code;
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== bits) continue;
      symbols[symbolAt + place] = symbol;
      place += 1;
      if (bits <= quickBits) {
        const first = quickAt + (code << (quickBits - bits));
        // If there are too many codes, this writes past their part of the array; they are refused below.
        quick.fill((bits << 9) | symbol, first, first + (1 << (quickBits - bits)));
      }
      code += 1;
    }
    if (code > 1 << bits) return false;
    limits[lengthAt + bits] = code << (maxCodeBits - bits);
  }
  return true;
}
