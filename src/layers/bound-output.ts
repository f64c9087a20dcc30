import { refuse } from '../errors.ts';

/** Passes bytes on until there are more than `limit`: no stream may inflate without end. */
export async function* boundOutput(
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > limit) {
      throw refuse('limit', `the stream unpacks to more than ${limit} bytes`, {
        limit,
        hint: 'Raise limits.virtualBytes (--max-size) if this much is expected.',
      });
    }
    yield chunk;
  }
}
