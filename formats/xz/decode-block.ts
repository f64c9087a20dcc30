import { refuse } from '../../src/kit.ts';
import { joinPieces } from '../shared/streams/join-pieces.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { blockData, unpaddedSize, type XzBlock } from './block.ts';
import { beginCheck, noCheck } from './block-check.ts';
import { closeStream } from './close-stream.ts';
import { formatStreamHeader, type StreamHeader } from './framing.ts';
import { decodeXzStreams } from './lzma.ts';
import type { Lzma2Sizes } from './lzma2-chunks.ts';

/**
 * Decodes the block at whose data `reader` is, as the only block of a stream, and verifies the block. Calls `onWalked`
 * with its lengths as soon as its compressed bytes have been read. The check is not left to the decoder, which needs as
 * much time for a CRC64 as for the rest of its work.
 */
export async function* decodeXzBlock(
  reader: StreamReader,
  stream: StreamHeader,
  block: XzBlock,
  onWalked: (sizes: Lzma2Sizes) => void,
): AsyncGenerator<Uint8Array> {
  const sizes: Lzma2Sizes = { compressedBytes: 0, uncompressedBytes: 0 };
  let stored: Uint8Array | undefined;
  const check = beginCheck(stream);
  let decoded = 0;
  for await (const piece of decodeXzStreams(joinPieces(packed(), reader))) {
    check.update(piece);
    decoded += piece.length;
    yield piece;
  }
  // Without this test, a decoder that stopped early would look like one that is done.
  if (stored === undefined || decoded !== sizes.uncompressedBytes) {
    throw refuse('corrupt-data', `An xz block decodes to ${decoded} bytes`, {
      format: 'xz',
      offset: block.offset,
      value: sizes.uncompressedBytes,
    });
  }
  if (!check.matches(stored)) {
    throw refuse('checksum', 'An xz block does not match its check', {
      format: 'xz',
      offset: block.offset,
    });
  }

  async function* packed(): AsyncGenerator<Uint8Array> {
    yield formatStreamHeader(noCheck);
    yield block.bytes;
    stored = yield* blockData(reader, block, stream.checkBytes, sizes);
    onWalked(sizes);
    const unpadded = unpaddedSize(block, sizes.compressedBytes, 0);
    yield closeStream(noCheck, unpadded, sizes.uncompressedBytes);
  }
}
