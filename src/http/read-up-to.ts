import type { Answer } from './wire.ts';

/** At most `maxBytes` of a body, and whether there was more; the rest is dropped. */
export async function readUpTo(
  answer: Answer,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; more: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next()) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) return { bytes: joined(chunks).subarray(0, maxBytes), more: true };
    }
    return { bytes: joined(chunks), more: false };
  } finally {
    answer.close();
  }
}

function joined(chunks: Uint8Array[]): Uint8Array {
  // A plain Uint8Array: a Buffer's slice() would share memory with it.
  const { buffer, byteOffset, byteLength } = Buffer.concat(chunks);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
