import { BitReader } from './bit-reader.ts';
import { readBlockHeader } from './block-header.ts';
import { flipRandomBits } from './flip-random-bits.ts';
import { type HuffmanCodes, makeHuffmanCodes } from './huffman-codes.ts';
import { readSymbols } from './read-symbols.ts';

/** The bits of one block, without its magic. */
export interface BlockBits {
  /** Followed by `bitSlackBytes` unused bytes. */
  bytes: Uint8Array;
  /** In bits from the start of `bytes`. */
  start: number;
  /** In bits; the block may end before it. */
  end: number;
  /** Offset of the block in the file, in bytes; for messages. */
  offset: number;
  /** Upper limit for the block's length before its runs are expanded. */
  blockBytes: number;
}

/** A decoded block, except for its outermost coding, the runs (`RunExpander`). */
export interface Block {
  /** Valid until the room is used again. */
  bytes: Uint8Array;
  /** The expected CRC-32 of the decoded bytes. */
  crc: number;
  /** Where the block ended, in bits from the start of its `BlockBits.bytes`. */
  end: number;
}

/** The maximum of `BlockBits.blockBytes`. */
const maxBlockBytes = 900_000;

/** Memory for one block; it is used for one block after the other. */
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
 * Decodes one block. Has no other input and can run on any thread. Throws `truncated` if the bits end before the block
 * does, and `corrupt-data`; the caller compares the CRC.
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
 * The inverse Burrows-Wheeler transform in place. `counts` is the number of occurrences of each byte, `origin` the row
 * of the sorted rotations in which the data begins.
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
  // Each entry holds the first byte of a row in its low bits, and above it the row of the next byte.
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
