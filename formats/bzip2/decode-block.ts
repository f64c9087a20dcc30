import { BitReader } from './bit-reader.ts';
import { readBlockHeader } from './block-header.ts';
import { flipRandomBits } from './flip-random-bits.ts';
import { type HuffmanCodes, makeHuffmanCodes } from './huffman-codes.ts';
import { readSymbols } from './read-symbols.ts';

/** Where the bits of one block lie, its magic not included. */
export interface BlockBits {
  /** With `bitSlackBytes` behind the end. */
  bytes: Uint8Array;
  /** In bits from the start of `bytes`. */
  start: number;
  /** In bits; the block may end before it. */
  end: number;
  /** Of the block in the file, in bytes; for messages. */
  offset: number;
  /** How long the block may be before its runs are expanded. */
  blockBytes: number;
}

/** A block without its outermost coding, the runs (`RunExpander`). */
export interface Block {
  /** Good until the room is used again. */
  bytes: Uint8Array;
  /** What the CRC-32 of the decoded bytes has to be. */
  crc: number;
  /** Where the block ended, in bits from the start of its `BlockBits.bytes`. */
  end: number;
}

/** The most that `BlockBits.blockBytes` can be. */
const maxBlockBytes = 900_000;

/** Memory for one block at a time. */
export interface BlockRoom {
  links: Uint32Array;
  bytes: Uint8Array;
  counts: Uint32Array;
  codes: HuffmanCodes;
}

/** Room for the largest block. */
export function makeBlockRoom(): BlockRoom {
  return {
    links: new Uint32Array(maxBlockBytes),
    bytes: new Uint8Array(maxBlockBytes),
    counts: new Uint32Array(256),
    codes: makeHuffmanCodes(),
  };
}

/**
 * Decodes one block. Depends on nothing else and can run on any thread. Throws `truncated` where the bits end before the
 * block does, and `corrupt-data`; the CRC is the caller's to compare.
 */
export function decodeBzip2Block(block: BlockBits, room: BlockRoom): Block {
  const { counts, codes } = room;
  const bits = new BitReader(block.bytes, block.start, block.end, block.offset);
  const header = readBlockHeader(bits, codes);
  const last = room.bytes.subarray(0, block.blockBytes);
  const bytes = last.subarray(0, readSymbols(bits, header, codes, last, counts));
  if (header.origin >= bytes.length) throw bits.damaged('begins outside itself');
  invertTransform(bytes, counts, header.origin, room.links);
  if (header.randomised) flipRandomBits(bytes);
  return { bytes, crc: header.crc, end: bits.position };
}

/**
 * The inverse Burrows-Wheeler transform in place. `counts` says how many there are of each byte, `origin` in which row of
 * the sorted rotations the data begins.
 */
function invertTransform(
  bytes: Uint8Array,
  counts: Uint32Array,
  origin: number,
  links: Uint32Array,
): void {
  let total = 0;
  for (let value = 0; value < 256; value += 1) {
    const count = counts[value] ?? 0;
    counts[value] = total;
    total += count;
  }
  // A link holds the first byte of a row, and above it the row of the next byte.
  for (let i = 0; i < bytes.length; i += 1) {
    const value = bytes[i] ?? 0;
    const row = counts[value] ?? 0;
    counts[value] = row + 1;
    links[row] = (i << 8) | value;
  }
  let row = origin;
  for (let i = 0; i < bytes.length; i += 1) {
    const link = links[row] ?? 0;
    bytes[i] = link;
    row = link >>> 8;
  }
}
