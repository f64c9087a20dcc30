import { setImmediate as nextTurn } from 'node:timers/promises';
import { DecodeError, hasMagic, refuse, viewOf } from '../../src/kit.ts';
import type { BitWindow } from './bit-window.ts';
import { BlockCrc } from './block-crc.ts';
import { type Block, type BlockRoom, decodeBzip2Block } from './decode-block.ts';
import { blockMagic, endMagic } from './find-magic.ts';
import { RunExpander } from './run-expander.ts';

const pieceBytes = 1024 * 1024;
/** Upper limit for a block's selectors and code lengths, with a margin. */
const maxHeaderBytes = 64 * 1024;

/** Decodes one stream after its header, block by block; the window ends after the stream. */
export async function* decodeStream(
  window: BitWindow,
  level: number,
  room: BlockRoom,
): AsyncGenerator<Uint8Array> {
  const crc = new BlockCrc();
  let combined = 0;
  for (;;) {
    const offset = window.offset;
    const magic = await window.take(blockMagic.length);
    if (hasMagic(magic, endMagic)) break;
    if (!hasMagic(magic, blockMagic)) {
      throw refuse('corrupt-data', 'A bzip2 block does not follow the one before', at(offset));
    }
    const block = await readBlock(window, level * 100_000, offset, room);
    combined = ((combined << 1) | (combined >>> 31)) ^ block.crc;

    const runs = new RunExpander(block.bytes, offset);
    crc.reset();
    for (let piece = runs.next(pieceBytes); piece !== undefined; piece = runs.next(pieceBytes)) {
      crc.update(piece);
      // The last piece of a block is returned only after the CRC of the block was checked.
      if (runs.done && crc.value() !== block.crc) {
        throw refuse('checksum', 'A bzip2 block does not match its CRC', at(offset));
      }
      yield piece;
      // Decoding does not wait when the input is in memory; timers and aborts need this turn of the event loop.
      await nextTurn();
    }
  }
  const offset = window.offset;
  const stated = viewOf(await window.take(4)).getUint32(0);
  if (stated !== combined >>> 0) {
    throw refuse('checksum', 'A bzip2 stream does not match its CRC', at(offset));
  }
  window.align();
}

/**
 * The block at the window's position. A block does not state its length, but the next magic shows it, unless the same
 * bits occur inside the block: then the next magic is tried, at least twice as far away, so that a file full of false
 * magics costs little more.
 */
async function readBlock(
  window: BitWindow,
  blockBytes: number,
  offset: number,
  room: BlockRoom,
): Promise<Block> {
  // A byte becomes at most one symbol, and a symbol at most twenty bits.
  const maxBytes = (blockBytes / 8) * 20 + maxHeaderBytes;
  for (let from = 0; ; ) {
    const { bits, found } = await window.measure(from, maxBytes);
    const { bytes, position: start } = window;
    try {
      const block = decodeBzip2Block({ bytes, start, end: start + bits, offset, blockBytes }, room);
      window.position = block.end;
      return block;
    } catch (error) {
      if (!(error instanceof DecodeError && error.details.reason === 'truncated')) throw error;
      // If there was a magic, or more bits than a block can have, the block was not cut.
      if (!found && from === 0 && bits < maxBytes * 8) throw error;
      if (!found) throw refuse('corrupt-data', 'A bzip2 block has no end', at(offset));
    }
    from = bits * 2 + 1;
  }
}

function at(offset: number): { format: string; offset: number } {
  return { format: 'bz2', offset };
}
