import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { readBlockStart, unpaddedSize } from './block.ts';
import { decodeXzBlock } from './decode-block.ts';
import { readStreamHeader } from './framing.ts';
import type { Lzma2Sizes } from './lzma2-chunks.ts';
import { RecordDigest } from './record-digest.ts';
import { readStreamEnd, skipStreamPadding } from './stream-end.ts';

/**
 * Decodes an xz file from its first byte to its last, block after block, and verifies all of it: headers, lengths,
 * padding, checks, index, footer (xz file format 1.2).
 */
export function decodeXz(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  const streams = (reader: StreamReader) => decodeStreams(reader, context);
  // The queue of the decoder may still use what it read.
  return decodeSource(source, context.signal, streams, undefined, false);
}

async function* decodeStreams(
  reader: StreamReader,
  context: DecodeContext,
): AsyncGenerator<Uint8Array> {
  const { limits } = context;
  let blocks = 0;
  for (let first = true; first || (await skipStreamPadding(reader, context)); first = false) {
    const stream = await readStreamHeader(reader, first, context);
    if (stream === undefined) return;
    const seen = new RecordDigest();
    for (;;) {
      const block = await readBlockStart(reader, blocks + 1, limits);
      if (block === undefined) break;
      blocks += 1;
      let sizes: Lzma2Sizes = { compressedBytes: 0, uncompressedBytes: 0 };
      yield* decodeXzBlock(reader, stream, block, (walked) => {
        sizes = walked;
      });
      const { compressedBytes, uncompressedBytes } = sizes;
      seen.add(unpaddedSize(block, compressedBytes, stream.checkBytes), uncompressedBytes);
    }
    await readStreamEnd(reader, stream.flags, seen, limits.mapEntries);
  }
}
