import type { ByteSource } from '../../../src/kit.ts';
import { StreamReader } from './stream-reader.ts';

/** The bytes of a source in order, as they arrive; an abort ends the wait for them with the signal's reason. */
export async function* streamPieces(
  source: ByteSource,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = new StreamReader(source.stream(), signal);
  try {
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      yield piece;
    }
  } finally {
    reader.close();
  }
}
