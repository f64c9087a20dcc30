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
 * Decodes the block whose data `reader` has come to, as the only one of a stream, and verifies all that is the block's
 * own. `onWalked` hears its lengths as soon as its compressed bytes have passed. The check is not left to the decoder,
 * which takes as long for a CRC64 as for the rest of its work.
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
  // A decoder that stopped early, for whatever reason, would otherwise pass for one that is done.
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
