import { createHash } from 'node:crypto';
import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  DecodeError,
  type DefectReason,
} from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { wholeSource } from './byte-sources.ts';

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The whole output of a codec: length and SHA-256. More than `atMost` bytes are a failure. */
export async function decodeAll(
  codec: Codec,
  source: ByteSource | Uint8Array,
  context: DecodeContext = decodeContext(),
  atMost: number = 256 * 1024 * 1024,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const input = source instanceof Uint8Array ? wholeSource(source) : source;
  for await (const piece of codec.decode(input, context)) {
    hash.update(piece);
    sizeBytes += piece.length;
    if (sizeBytes > atMost) throw new Error(`more than ${atMost} bytes came out`);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** The reason why a promise was refused; any other outcome fails the test. */
export async function refusalOf(promise: Promise<unknown>): Promise<DefectReason> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DecodeError) return error.details.reason;
    throw error;
  }
  throw new Error('it was accepted');
}

/** A fixed sequence of numbers, so that a failing run can be repeated. */
export function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Bytes that look like a disk: text, zeros and noise in turns. */
export function diskLikeBytes(length: number, seed: number = 7): Uint8Array {
  const bytes = new Uint8Array(length);
  const next = sequence(seed);
  const line = new TextEncoder().encode('The quick brown fox jumps over the lazy dog\n');
  for (let at = 0; at < length; at += 4096) {
    const kind = next(3);
    const end = Math.min(length, at + 4096);
    for (let i = at; i < end && kind > 0; i += 1) {
      bytes[i] = kind === 1 ? (line[i % line.length] ?? 0) : next(256);
    }
  }
  return bytes;
}
