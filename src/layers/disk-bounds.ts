import type { SparseBounds } from '../bytes/sparse-file.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { Limits } from '../contracts/limits.ts';
import { boundByRatio } from './ratio-bound.ts';

/** Data that is no zeros, and yet packs better than any system does, is odd from here on. */
const floorBytes = 256 * 1024 ** 2;

/** What the disk inside an image may not exceed. */
export function boundDisk(image: ByteSource, limits: Limits): SparseBounds {
  return {
    maxBytes: limits.virtualBytes,
    maxDataBytes: () => boundByRatio(image, limits.dataRatio, floorBytes),
  };
}
