import { type ByteSource, type DecodeContext, type DiskSink, raiseLimit } from '../../src/kit.ts';
import { SerialWriter } from '../shared/blocks/serial-writer.ts';
import { regroup } from '../shared/streams/regroup.ts';
import { streamPieces } from '../shared/streams/stream-pieces.ts';
import { refuseIso } from './volume.ts';

const writeBytes = 1024 * 1024;

/**
 * Copies a source byte for byte as it arrives, and returns its length; refuses a source that is shorter than its stated
 * length.
 */
export async function copyDisc(
  source: ByteSource,
  sink: DiskSink,
  { signal, limits }: Pick<DecodeContext, 'signal' | 'limits'>,
): Promise<number> {
  const limit = limits.virtualBytes;
  const writer = new SerialWriter(sink);
  let position = 0;
  try {
    for await (const piece of regroup(streamPieces(source, signal), writeBytes)) {
      const end = position + piece.length;
      if (end > limit) throw discTooLong(end, limit);
      await writer.write(position, piece);
      position = end;
    }
    await writer.finish();
  } finally {
    await writer.settle();
  }
  if (position === (source.sizeBytes ?? position)) return position;
  throw refuseIso('truncated', `the file ends after ${position} bytes`, { offset: position });
}

/** The error for a disc that exceeds the size limit. */
export function discTooLong(value: number, limit: number): Error {
  return refuseIso('limit', `the disc is longer than ${limit} bytes`, {
    limit,
    value,
    hint: raiseLimit('virtualBytes'),
  });
}
