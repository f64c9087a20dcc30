import { type ByteSource, type DiskSink, refuse } from '../../src/kit.ts';
import { ByteReader } from '../shared/byte-reader.ts';
import { copyOutput } from '../shared/copy-output.ts';
import { joinPieces } from '../shared/join-pieces.ts';
import { piecesFrom } from '../shared/pieces-from.ts';
import { blockData, unpaddedSize, type XzBlock } from './block.ts';
import { closeStream } from './close-stream.ts';
import type { StreamHeader } from './framing.ts';
import { decodedPieceBytes, decodeXzStreams } from './lzma.ts';
import type { Lzma2Sizes } from './lzma2-chunks.ts';

/** One block and where it goes. */
export interface BlockCopy {
  source: ByteSource;
  sink: DiskSink;
  stream: StreamHeader;
  block: XzBlock;
  /** Where the block lies on the disk. */
  position: number;
  /** The disk may not be longer than this. */
  limit: number;
  signal: AbortSignal;
  /** Hears every piece of the output. */
  onPiece?: (piece: Uint8Array) => void;
  /** Hears the lengths of the block as soon as its compressed bytes have passed, which is before it is decoded. */
  onWalked?: (sizes: Lzma2Sizes) => void;
}

/** Decodes a block on its own, as the only one of a stream, and writes it to its place; verifies all that is its own. */
export async function copyBlock(job: BlockCopy): Promise<void> {
  const { source, sink, block, stream, position, limit, signal } = job;
  const start = block.offset + block.bytes.length;
  const dataBytes = block.compressedBytes;
  const end = dataBytes === undefined ? Infinity : start + blockRest(dataBytes, stream.checkBytes);
  const reader = new ByteReader(piecesFrom(source, start, end), signal);
  reader.position = start;
  let walked: Lzma2Sizes | undefined;
  const input = joinPieces(packed(), reader);
  try {
    const how = { stepBytes: decodedPieceBytes, format: 'xz', signal };
    const decoded = await copyOutput(unpacked(), { sink, position, limit, ...how });
    // A decoder that stopped early, for whatever reason, would otherwise pass for one that is done.
    if (decoded !== walked?.uncompressedBytes) throw wrongLength(decoded, block);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    reader.close();
  }

  async function* packed(): AsyncGenerator<Uint8Array> {
    yield stream.bytes;
    yield block.bytes;
    const sizes: Lzma2Sizes = { compressedBytes: 0, uncompressedBytes: 0 };
    yield* blockData(reader, block, stream.checkBytes, sizes);
    walked = sizes;
    job.onWalked?.(sizes);
    const unpadded = unpaddedSize(block, sizes.compressedBytes, stream.checkBytes);
    yield closeStream(stream.flags, unpadded, sizes.uncompressedBytes);
  }

  async function* unpacked(): AsyncGenerator<Uint8Array> {
    for await (const piece of decodeXzStreams(input)) {
      job.onPiece?.(piece);
      yield piece;
    }
  }
}

/** Bytes of a block behind its header: data, padding to a multiple of four, check. */
export function blockRest(compressedBytes: number, checkBytes: number): number {
  return Math.ceil(compressedBytes / 4) * 4 + checkBytes;
}

function wrongLength(decoded: number, { offset, uncompressedBytes }: XzBlock): Error {
  return refuse('corrupt-data', `An xz block decodes to ${decoded} bytes`, {
    format: 'xz',
    offset,
    ...(uncompressedBytes !== undefined && { value: uncompressedBytes }),
  });
}
