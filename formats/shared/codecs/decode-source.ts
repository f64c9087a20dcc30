import type { ByteSource } from '../../../src/kit.ts';
import { StreamReader } from '../streams/stream-reader.ts';

/**
 * Decodes a source from its first byte. After an abort it throws the reason of the signal before it hands out more,
 * whatever the decoder made of the interruption; `explain` turns other errors into typed refusals.
 */
export async function* decodeSource(
  source: ByteSource,
  signal: AbortSignal,
  decode: (reader: StreamReader) => AsyncGenerator<Uint8Array>,
  explain: (error: unknown) => unknown = (error) => error,
): AsyncGenerator<Uint8Array> {
  const reader = new StreamReader(source.stream(), signal);
  try {
    for await (const piece of decode(reader)) {
      signal.throwIfAborted();
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error);
  } finally {
    reader.close();
  }
}
