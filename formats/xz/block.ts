import { type DefectReason, isZeros, type Limits, raiseLimit, refuse } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { parseBlockHeader, type XzBlockHeader } from './block-header.ts';
import { type Lzma2Sizes, lzma2Chunks } from './lzma2-chunks.ts';

/** The start of a block, up to its data. */
export interface XzBlock extends XzBlockHeader {
  /** The header as stored. */
  bytes: Uint8Array;
  /** Offset of the header. */
  offset: number;
}

/** Reads the header of block number `count` of the file; `undefined` at the index of the stream. */
export async function readBlockStart(
  reader: StreamReader,
  count: number,
  { mapEntries, windowBytes }: Limits,
): Promise<XzBlock | undefined> {
  const offset = reader.position;
  const [size] = await reader.take(1);
  if (size === undefined) throw defect('truncated', 'The xz file ends before an index', offset);
  reader.giveBack(1);
  // A block begins with the length of its header, an index with zero.
  if (size === 0) return undefined;
  if (count > mapEntries) {
    throw refuse('limit', `The xz file has more than ${mapEntries} blocks`, {
      format: 'xz',
      offset,
      limit: mapEntries,
      hint: raiseLimit('mapEntries'),
    });
  }
  const bytes = await reader.take((size + 1) * 4);
  if (bytes.length < (size + 1) * 4) {
    throw defect('truncated', 'The xz file ends in a block header', reader.position);
  }
  return { ...parseBlockHeader(bytes, offset, windowBytes), bytes, offset };
}

/**
 * Yields data and padding of a block, and returns the check after them. Counts `sizes` meanwhile; if they exceed the
 * stated lengths, throws `corrupt-data` before the data is yielded.
 */
export async function* blockData(
  reader: StreamReader,
  block: XzBlock,
  checkBytes: number,
  sizes: Lzma2Sizes,
): AsyncGenerator<Uint8Array, Uint8Array> {
  const start = reader.position;
  const {
    compressedBytes = Number.POSITIVE_INFINITY,
    uncompressedBytes = Number.POSITIVE_INFINITY,
  } = block;
  const misstated = (): Error =>
    defect('corrupt-data', 'An xz block is not as long as it is stated to be', block.offset);

  for await (const piece of lzma2Chunks(reader, sizes)) {
    const tooLong = reader.position - start > compressedBytes;
    if (tooLong || sizes.uncompressedBytes > uncompressedBytes) throw misstated();
    yield piece;
  }
  if (
    sizes.compressedBytes !== (block.compressedBytes ?? sizes.compressedBytes) ||
    sizes.uncompressedBytes !== (block.uncompressedBytes ?? sizes.uncompressedBytes)
  ) {
    throw misstated();
  }
  const padding = -sizes.compressedBytes & 3;
  const rest = await reader.take(padding + checkBytes);
  if (rest.length < padding + checkBytes) {
    throw defect('truncated', 'The xz file ends in the check of a block', reader.position);
  }
  if (!isZeros(rest, 0, padding)) {
    throw defect('corrupt-data', 'The padding of an xz block is not zero', block.offset);
  }
  yield rest.subarray(0, padding);
  return rest.subarray(padding);
}

/** The length of a block in an index: without its padding. */
export function unpaddedSize(block: XzBlock, compressedBytes: number, checkBytes: number): number {
  return block.bytes.length + compressedBytes + checkBytes;
}

function defect(reason: DefectReason, message: string, offset: number): Error {
  return refuse(reason, message, { format: 'xz', offset });
}
