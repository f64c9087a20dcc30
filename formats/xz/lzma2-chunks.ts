import { refuse } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';

/** Lengths of the LZMA2 data of one block, counted while it passes. */
export interface Lzma2Sizes {
  compressedBytes: number;
  uncompressedBytes: number;
}

/**
 * Follows LZMA2 from chunk to chunk up to its end mark, without decoding it, and yields its bytes as stored. Every
 * chunk states both of its lengths (xz file format 1.2, section 5.3.1), so the end of a block is found in one pass even
 * if its header does not give it.
 */
export async function* lzma2Chunks(
  reader: StreamReader,
  sizes: Lzma2Sizes,
): AsyncGenerator<Uint8Array> {
  const start = reader.position;
  for (;;) {
    const mark = await takeAll(reader, 1);
    yield mark;
    const [control = 0] = mark;
    if (control === 0) break;
    if (control > 2 && control < 0x80) {
      throw refuse('corrupt-data', 'An LZMA2 chunk is of an unknown kind', {
        format: 'xz',
        offset: reader.position - 1,
      });
    }
    const isLzma = control >= 0x80;
    const header = await takeAll(reader, isLzma ? 4 : 2);
    yield header;
    const [high = 0, low = 0, packedHigh = 0, packedLow = 0] = header;
    const plain = ((isLzma ? control & 0x1f : 0) << 16) + (high << 8) + low + 1;
    const newProperties = control >= 0xc0 ? 1 : 0;
    sizes.uncompressedBytes += plain;
    let left = isLzma ? (packedHigh << 8) + packedLow + 1 + newProperties : plain;
    while (left > 0) {
      const piece = await reader.next(left);
      if (piece === undefined) throw cut(reader);
      left -= piece.length;
      yield piece;
    }
  }
  sizes.compressedBytes = reader.position - start;
}

async function takeAll(reader: StreamReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes.length < length) throw cut(reader);
  return bytes;
}

function cut(reader: StreamReader): Error {
  return refuse('truncated', 'The xz file ends inside a block', {
    format: 'xz',
    offset: reader.position,
  });
}
