import { type ByteSource, type DecodeContext, type DiskSink, raiseLimit } from '../../src/kit.ts';
import { SerialWriter } from '../shared/blocks/serial-writer.ts';
import { regroup } from '../shared/streams/regroup.ts';
import { streamPieces } from '../shared/streams/stream-pieces.ts';
import { refuseVhd } from './checksum.ts';
import { contentLength } from './content-length.ts';
import { type FixedEnd, parseFixedEnd } from './fixed-end.ts';
import { footerBytes } from './footer.ts';
import { HeldBack } from './held-back.ts';

const writeBytes = 1024 * 1024;

/**
 * Copies everything except the footer, in the order in which it arrives. Zeros are held back until other bytes follow:
 * the length of the disk may be known only at the end, and the bytes between the disk and its footer must be zeros.
 * `knownSize` is the footer's size if it was already known.
 */
export async function copyFixed(
  source: ByteSource,
  sink: DiskSink,
  knownSize: number | undefined,
  { signal, limits }: DecodeContext,
): Promise<FixedEnd> {
  const writer = new SerialWriter(sink);
  const held = new HeldBack(footerBytes);
  let position = 0;
  let contentEnd = 0;
  try {
    if (knownSize !== undefined) await sink.setSize(knownSize);
    for await (const piece of regroup(held.pass(streamPieces(source, signal)), writeBytes)) {
      await put(piece);
    }
    const end = parseFixedEnd(held.bytes, position + held.bytes.length, limits);
    await put(held.bytes.subarray(0, held.bytes.length - end.endBytes));
    if (contentEnd > end.virtualSize) throw behindTheDisk(end.virtualSize);
    await writer.finish();
    if (knownSize === undefined) await sink.setSize(end.virtualSize);
    await zeroUntil(end.virtualSize);
    await writer.finish();
    return end;
  } finally {
    await writer.settle();
  }

  async function put(piece: Uint8Array): Promise<void> {
    const length = contentLength(piece);
    if (length > 0) {
      const end = position + length;
      if (end > (knownSize ?? end)) throw behindTheDisk(position);
      if (end > limits.virtualBytes) throw tooLong(limits.virtualBytes);
      await zeroUntil(position);
      await writer.write(position, piece.subarray(0, length));
      contentEnd = end;
    }
    position += piece.length;
  }

  async function zeroUntil(end: number): Promise<void> {
    if (!sink.zeroed && end > contentEnd) await writer.zero(contentEnd, end - contentEnd);
  }
}

function behindTheDisk(offset: number): Error {
  return refuseVhd('trailing-data', 'there is data between the disk and its footer', { offset });
}

function tooLong(limit: number): Error {
  return refuseVhd('limit', `the disk is longer than ${limit} bytes`, {
    limit,
    hint: raiseLimit('virtualBytes'),
  });
}
