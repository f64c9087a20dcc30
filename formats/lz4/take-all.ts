import { refuse } from '../../src/kit.ts';
import type { ByteReader } from '../shared/streams/byte-reader.ts';

/** Exactly `length` bytes, or `truncated`. */
export async function takeAll(reader: ByteReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes.length === length) return bytes;
  throw cutFrame(reader);
}

export function cutFrame(reader: ByteReader): Error {
  return refuse('truncated', 'The lz4 file ends inside a frame', {
    format: 'lz4',
    offset: reader.position,
  });
}
