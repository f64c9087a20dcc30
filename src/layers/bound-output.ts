import type { ByteSource } from '../contracts/bytes.ts';
import type { Limits } from '../contracts/limits.ts';
import { refuse } from '../errors.ts';
import { boundByRatio, streamFloorBytes } from './ratio-bound.ts';

/** Passes a codec's output on until there is more than the limits allow: no stream may inflate without end. */
export async function* boundOutput(
  bytes: AsyncIterable<Uint8Array>,
  input: ByteSource,
  { virtualBytes, streamRatio }: Limits,
): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > virtualBytes) {
      throw tooMuch(
        virtualBytes,
        'Raise limits.virtualBytes (--max-size) if this much is expected.',
      );
    }
    const bound = boundByRatio(input, streamRatio, streamFloorBytes);
    if (total > bound)
      throw tooMuch(bound, 'Raise limits.streamRatio if so much out of so little is expected.');
    yield chunk;
  }
}

function tooMuch(limit: number, hint: string): Error {
  return refuse('limit', `the stream unpacks to more than ${limit} bytes`, { limit, hint });
}
