import type { BitReader } from './bit-reader.ts';
import { type Bzip2BlockHeader, groupSymbols } from './block-header.ts';
import {
  type HuffmanCodes,
  maxCodeBits,
  maxSymbols,
  quickBits,
  quickEntries,
} from './huffman-codes.ts';

/** From this distance on, one call that moves all bytes is faster than a loop (measured). */
const farPlace = 40;

/**
 * Undoes the prefix codes, the zero runs and the move-to-front coding of one block: stores the transformed bytes in
 * `last`, and the number of occurrences of each value in `counts`. Returns the number of bytes, `last.length` at most.
 */
export function readSymbols(
  bits: BitReader,
  header: Bzip2BlockHeader,
  codes: HuffmanCodes,
  last: Uint8Array,
  counts: Uint32Array,
): number {
  const { selectors, values } = header;
  const { view } = bits;
  const { quick, limits, places, symbols } = codes;
  const endSymbol = values.length + 1;
  const recent = new Uint8Array(256);
  recent.set(values);
  counts.fill(0);
  let position = bits.position;
  let count = 0;
  let group = 0;
  let left = 0;
  let code = 0;
  let run = 0;
  let weight = 1;
  for (;;) {
    if (left === 0) {
      // One check per group is enough: the bytes after the end have room for one more group.
      bits.position = position;
      bits.checkEnd();
      if (group === selectors.length) throw bits.damaged('has more symbols than it says');
      code = selectors[group] ?? 0;
      group += 1;
      left = groupSymbols;
    }
    left -= 1;

    const word = view.getUint32(position >>> 3) << (position & 7);
    const entry = quick[code * quickEntries + (word >>> (32 - quickBits))] ?? 0;
    let symbol = entry & 511;
    let length = entry >>> 9;
    if (length === 0) {
      const value = word >>> (32 - maxCodeBits);
      const lengthAt = code * (maxCodeBits + 1);
      length = quickBits + 1;
      while (length <= maxCodeBits && value >= (limits[lengthAt + length] ?? 0)) length += 1;
      if (length > maxCodeBits) {
        bits.position = position + maxCodeBits;
        throw bits.damaged('has a code that stands for nothing');
      }
      const place = (places[lengthAt + length] ?? 0) + (value >>> (maxCodeBits - length));
      symbol = symbols[code * maxSymbols + place] ?? 0;
    }
    position += length;

    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      if (run > last.length - count) {
        bits.position = position;
        throw bits.damaged('is longer than the stream allows');
      }
      continue;
    }
    if (run > 0) {
      const value = recent[0] ?? 0;
      counts[value] = (counts[value] ?? 0) + run;
      last.fill(value, count, count + run);
      count += run;
      run = 0;
      weight = 1;
    }
    if (symbol === endSymbol) break;
    if (count === last.length) {
      bits.position = position;
      throw bits.damaged('is longer than the stream allows');
    }
    const place = symbol - 1;
    const value = recent[place] ?? 0;
    if (place < farPlace) {
      for (let i = place; i > 0; i -= 1) recent[i] = recent[i - 1] ?? 0;
    } else {
      recent.copyWithin(1, 0, place);
    }
    recent[0] = value;
    counts[value] = (counts[value] ?? 0) + 1;
    last[count] = value;
    count += 1;
  }
  bits.position = position;
  bits.checkEnd();
  return count;
}
