import type { BitReader } from './bit-reader.ts';
import { type HuffmanCodes, maxCodeBits, setHuffmanCode } from './huffman-codes.ts';

/** The number of consecutive symbols that use the same code. */
export const groupSymbols = 50;
/** The number of groups in the largest block; some writers declare more and never use them. */
const maxSelectors = 18_002;

/** The header of a block. */
export interface Bzip2BlockHeader {
  /** CRC-32 of the decoded bytes. */
  crc: number;
  /** A flag that only old versions set: some bits are flipped after the transform. */
  randomised: boolean;
  /** The row of the sorted rotations that holds the original data. */
  origin: number;
  /** The byte values that occur, in ascending order. */
  values: Uint8Array;
  /** The index of the code that each group of symbols uses. */
  selectors: Uint8Array;
}

/** Reads everything from the block's CRC to its first symbol; the codes go into `codes`. */
export function readBlockHeader(bits: BitReader, codes: HuffmanCodes): Bzip2BlockHeader {
  const crc = bits.read(16) * 0x10000 + bits.read(16);
  const randomised = bits.read(1) === 1;
  const origin = bits.read(24);
  const values = readValues(bits);
  const groups = bits.read(3);
  if (groups < 2 || groups > 6) throw bits.damaged(`has ${groups} prefix codes`);
  const selectors = readSelectors(bits, groups);
  const lengths = new Uint8Array(values.length + 2);
  for (let group = 0; group < groups; group += 1) {
    readLengths(bits, lengths);
    if (!setHuffmanCode(codes, group, lengths)) throw bits.damaged('has an impossible prefix code');
  }
  return { crc, randomised, origin, values, selectors };
}

/** Two levels of sixteen bits: the sixteenths of the byte values that occur, and the values that occur in each. */
function readValues(bits: BitReader): Uint8Array {
  const rows = bits.read(16);
  const values: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if (((rows << row) & 0x8000) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column += 1) {
      if (((columns << column) & 0x8000) !== 0) values.push(row * 16 + column);
    }
  }
  if (values.length === 0) throw bits.damaged('uses no byte value');
  return Uint8Array.from(values);
}

/** Move-to-front positions in unary. */
function readSelectors(bits: BitReader, groups: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw bits.damaged('has no groups');
  const selectors = new Uint8Array(Math.min(count, maxSelectors));
  const recent = Uint8Array.of(0, 1, 2, 3, 4, 5);
  for (let i = 0; i < count; i += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= groups) throw bits.damaged('selects a prefix code that it lacks');
    }
    const group = recent[place] ?? 0;
    recent.copyWithin(1, 0, place);
    recent[0] = group;
    if (i < selectors.length) selectors[i] = group;
  }
  return selectors;
}

/** The first length, then for each symbol steps of one up or down. */
function readLengths(bits: BitReader, lengths: Uint8Array): void {
  let length = bits.read(5);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    for (;;) {
      if (length < 1 || length > maxCodeBits) throw bits.damaged('has an impossible code length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
}
