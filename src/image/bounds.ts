import type { SparseBounds } from '../bytes/sparse-file.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Limits } from '../contracts/limits.ts';
import { raiseLimit } from '../errors/limit-hint.ts';
import { refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';

/** Zeros pack well: a small stream may well hold an empty disk of this size. */
export const streamFloorBytes: number = 1024 ** 3;
/** Data that is no zeros, and yet packs better than any system does, is odd from here on. */
const dataFloorBytes = 256 * 1024 ** 2;

/** How much may come of a source under a limit on the ratio; below `floorBytes` a ratio says nothing. */
export function boundByRatio(source: ByteSource, ratio: number, floorBytes: number): number {
  return Math.max(floorBytes, (source.sizeBytes ?? source.readyBytes) * ratio);
}

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
      throw tooMuch(virtualBytes, raiseLimit('virtualBytes'));
    }
    const bound = boundByRatio(input, streamRatio, streamFloorBytes);
    if (total > bound) throw tooMuch(bound, raiseLimit('streamRatio'));
    yield chunk;
  }
}

/** What the disk inside an image may not exceed; `freeBytes` is the room where it is written. */
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
