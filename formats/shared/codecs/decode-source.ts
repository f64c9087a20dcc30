import type { ByteSource } from '../../../src/kit.ts';
import { StreamReader } from '../streams/stream-reader.ts';

/**
 * Decodes a source from its first byte. After an abort it throws the reason of the signal before any further output,
 * whatever error the decoder had; `explain` turns other errors into typed ones. `reuse`: the decoder has finished with
 * a piece of input before 1 MiB more has come.
 */
export async function* decodeSource(
  source: Pick<ByteSource, 'stream'>,
  signal: AbortSignal,
  decode: (reader: StreamReader) => AsyncGenerator<Uint8Array>,
  explain: (error: unknown) => unknown = (error) => error,
  reuse = true,
): AsyncGenerator<Uint8Array> {
  const reader = new StreamReader(source.stream(reuse), signal);
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
