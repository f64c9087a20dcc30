import { refuse } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';

/** Exactly `length` bytes, joined in `memory` if needed; otherwise `truncated`. */
export async function takeAll(
  reader: StreamReader,
  length: number,
  memory?: Uint8Array,
): Promise<Uint8Array> {
  const bytes = await reader.take(length, memory);
  if (bytes.length === length) return bytes;
  throw cutFrame(reader);
}

export function cutFrame(reader: StreamReader): Error {
  return refuse('truncated', 'The lz4 file ends inside a frame', {
    format: 'lz4',
    offset: reader.position,
  });
}
