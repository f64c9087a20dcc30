import type { Deflate64Bits } from './deflate64-bits.ts';
import { DeflateError, HuffmanTable } from './huffman-table.ts';

/** In which order the lengths of the code for lengths come. */
const lengthOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** The codes of a packed block. */
export interface BlockCodes {
  literals: HuffmanTable;
  distances: HuffmanTable;
}

/** The codes of a block that brings none (RFC 1951 3.2.6). */
export const fixedCodes: BlockCodes = {
  literals: new HuffmanTable(
    new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280),
    'fixed',
    false,
  ),
  distances: new HuffmanTable(new Uint8Array(32).fill(5), 'fixed', false),
};

/** The codes that a block brings (RFC 1951 3.2.7); their lengths are packed with a code of their own. */
export function readBlockCodes(bits: Deflate64Bits): BlockCodes {
  const literalCount = bits.take(5) + 257;
  const distanceCount = bits.take(5) + 1;
  if (literalCount > 286) throw new DeflateError('too many length symbols');
  const orders = bits.take(4) + 4;
  const short = new Uint8Array(lengthOrder.length);
  for (let i = 0; i < orders; i += 1) short[lengthOrder[i] ?? 0] = bits.take(3);
  const lengths = readLengths(
    bits,
    new HuffmanTable(short, 'length', false),
    literalCount + distanceCount,
  );
  if (lengths[256] === 0) throw new DeflateError('a block without an end');
  return {
    literals: new HuffmanTable(lengths.subarray(0, literalCount), 'literal', true),
    distances: new HuffmanTable(lengths.subarray(literalCount), 'distance', true),
  };
}

function readLengths(bits: Deflate64Bits, table: HuffmanTable, count: number): Uint8Array {
  const lengths = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const symbol = bits.symbol(table);
    if (symbol < 16) {
      lengths[at] = symbol;
      at += 1;
      continue;
    }
    if (symbol === 16 && at === 0) throw new DeflateError('invalid bit length repeat');
    const again = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
    const times =
      symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    if (at + times > count) throw new DeflateError('invalid bit length repeat');
    lengths.fill(again, at, at + times);
    at += times;
  }
  return lengths;
}
