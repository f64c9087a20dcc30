import type { ByteSource } from '../contracts/bytes.ts';

/** Zeros pack well: a small stream may well hold an empty disk of this size. */
export const streamFloorBytes: number = 1024 ** 3;

/** How much may come of a source under a limit on the ratio; below `floorBytes` a ratio says nothing. */
export function boundByRatio(source: ByteSource, ratio: number, floorBytes: number): number {
  return Math.max(floorBytes, (source.sizeBytes ?? source.readyBytes) * ratio);
}
