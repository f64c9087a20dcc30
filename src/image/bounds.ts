import type { SparseBounds } from '../bytes/sparse-file.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Limits } from '../contracts/limits.ts';
import { raiseLimit } from '../errors/limit-hint.ts';
import { refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';

/** Zeros compress well: a small stream may be an empty disk of this size. */
export const streamFloorBytes: number = 1024 ** 3;
/** Above this size, non-zero data that compresses better than any real system is suspicious. */
const dataFloorBytes = 256 * 1024 ** 2;

/**
 * The most bytes that may come from a source under a limit on the ratio; below `floorBytes` a ratio means nothing.
 */
export function boundByRatio(source: ByteSource, ratio: number, floorBytes: number): number {
  return Math.max(floorBytes, (source.sizeBytes ?? source.readyBytes) * ratio);
}

/**
 * Passes on the output of a codec, and throws when it exceeds the limits, so that no stream can inflate endlessly.
 */
export async function* boundOutput(
  bytes: AsyncIterable<Uint8Array>,
  input: ByteSource,
  { virtualBytes, streamRatio }: Limits,
): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > virtualBytes) {
      throw tooMuch(virtualBytes, raiseLimit('virtualBytes'));
    }
    const bound = boundByRatio(input, streamRatio, streamFloorBytes);
    if (total > bound) throw tooMuch(bound, raiseLimit('streamRatio'));
    yield chunk;
  }
}

/** The bounds for the disk inside an image; `freeBytes` is the free space at the destination. */
export function boundDisk(image: ByteSource, limits: Limits, freeBytes?: number): SparseBounds {
  return {
    maxBytes: limits.virtualBytes,
    maxDataBytes: () => boundByRatio(image, limits.dataRatio, dataFloorBytes),
    maxFillBytes: limits.fillBytes,
    ...defined({ freeBytes }),
  };
}

function tooMuch(limit: number, hint: string): Error {
  return refuse('limit', `the stream unpacks to more than ${limit} bytes`, { limit, hint });
}
