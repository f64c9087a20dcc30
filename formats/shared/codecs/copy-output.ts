import { type DiskSink, isZeros, raiseLimit, refuse } from '../../../src/kit.ts';
import { giveBack } from '../give-back.ts';
import { regroup } from '../streams/regroup.ts';

/** The target of decoded bytes, and their limit. */
export interface OutputPlace {
  sink: DiskSink;
  /** Place of the first byte on the disk. */
  position: number;
  /** Maximum length of the disk. */
  limit: number;
  /** Bytes of one write, except the first and the last. Pieces of this size are not copied. */
  stepBytes: number;
  /** Format that decodes, for errors. */
  format: string;
  signal: AbortSignal;
  /**
   * Gets the written bytes, in order, and may use their memory again: then pieces are written directly from memory,
   * neighbours together. Default: the memory is freed.
   */
  reuse?: ((bytes: Uint8Array) => void) | undefined;
}

/** The result of a decoder's output. */
export interface CopiedOutput {
  sizeBytes: number;
  /** The output was only zeros. */
  isZero: boolean;
}

/**
 * Writes the output of a decoder, one step while the next one is decoded. The pieces are consumed: the decoder may not
 * keep their memory.
 */
export async function copyOutput(
  pieces: AsyncIterable<Uint8Array>,
  { sink, position, limit, stepBytes, format, signal, reuse }: OutputPlace,
): Promise<CopiedOutput> {
  const joined = joinNeighbours(pieces, stepBytes);
  // Regrouped pieces are copies.
  const steps = reuse === undefined ? regroup(joined, stepBytes) : joined;
  const done = reuse ?? giveBack;
  let isZero = true;
  let end = position;
  let writing: Promise<void> | undefined;
  try {
    for await (const piece of steps) {
      signal.throwIfAborted();
      if (end + piece.length > limit) throw outputTooLong(end + piece.length, limit, format);
      const isHole = isZeros(piece);
      isZero &&= isHole;
      await writing;
      writing = write(sink, end, piece, isHole).then(() => done(piece));
      // Awaited above; the empty handler keeps Node from reporting it earlier.
      writing.catch(() => {});
      end += piece.length;
    }
  } catch (error) {
    await Promise.allSettled([writing]);
    throw error;
  }
  await writing;
  return { sizeBytes: end - position, isZero };
}

async function write(
  sink: DiskSink,
  position: number,
  bytes: Uint8Array,
  isHole: boolean,
): Promise<void> {
  if (isHole) await sink.zero(position, bytes.length);
  else await sink.write(position, bytes);
}

/** Merges pieces that are adjacent in memory, up to `size` bytes. */
async function* joinNeighbours(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  let joined: Uint8Array | undefined;
  for await (const piece of pieces) {
    if (
      joined !== undefined &&
      joined.buffer === piece.buffer &&
      joined.byteOffset + joined.length === piece.byteOffset
    ) {
      joined = new Uint8Array(joined.buffer, joined.byteOffset, joined.length + piece.length);
    } else {
      if (joined !== undefined) yield joined;
      joined = piece;
    }
    if (joined.length < size) continue;
    yield joined;
    joined = undefined;
  }
  if (joined !== undefined) yield joined;
}

/** The error for output that exceeds its limit. */
export function outputTooLong(value: number, limit: number, format: string): Error {
  return refuse('limit', `The ${format} data unpacks to more than ${limit} bytes`, {
    format,
    limit,
    value,
    hint: raiseLimit('virtualBytes'),
  });
}
