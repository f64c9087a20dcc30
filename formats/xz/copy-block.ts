import type { ByteSource, DiskSink } from '../../src/kit.ts';
import { type CopiedOutput, copyOutput } from '../shared/codecs/copy-output.ts';
import { piecesFrom } from '../shared/streams/pieces-from.ts';
import { StreamReader } from '../shared/streams/stream-reader.ts';
import type { XzBlock } from './block.ts';
import { decodeXzBlock } from './decode-block.ts';
import type { StreamHeader } from './framing.ts';
import { decodedPieceBytes, inputBytes } from './lzma.ts';
import type { Lzma2Sizes } from './lzma2-chunks.ts';

/** One block and its target. */
export interface BlockCopy {
  source: ByteSource;
  sink: DiskSink;
  stream: StreamHeader;
  block: XzBlock;
  /** Place of the block on the disk. */
  position: number;
  /** Maximum length of the disk. */
  limit: number;
  signal: AbortSignal;
}

/**
 * Decodes a block and writes it to its place. Calls `onWalked` with its lengths as soon as its compressed bytes have
 * been read.
 */
export async function copyBlock(
  { source, sink, block, stream, position, limit, signal }: BlockCopy,
  onWalked: (sizes: Lzma2Sizes) => void = () => {},
): Promise<CopiedOutput> {
  const start = block.offset + block.bytes.length;
  const { compressedBytes = Number.POSITIVE_INFINITY } = block;
  const end = start + blockRest(compressedBytes, stream.checkBytes);
  // Larger pieces live until the next full garbage collection: with 256 KiB a job took 13 MiB more.
  const reader = new StreamReader(piecesFrom(source, start, end, inputBytes), signal);
  reader.position = start;
  try {
    const output = decodeXzBlock(reader, stream, block, onWalked);
    const how = { stepBytes: decodedPieceBytes, format: 'xz', signal };
    return await copyOutput(output, { sink, position, limit, ...how });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    reader.close();
  }
}

/** Bytes of a block after its header: data, padding to a multiple of four, check. */
export function blockRest(compressedBytes: number, checkBytes: number): number {
  return Math.ceil(compressedBytes / 4) * 4 + checkBytes;
}
