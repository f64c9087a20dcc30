import type { ByteSource } from '../contracts/bytes.ts';

/** How much may come of a source under a limit on the ratio; below `floorBytes` a ratio says nothing. */
export function boundByRatio(source: ByteSource, ratio: number, floorBytes: number): number {
  return Math.max(floorBytes, (source.sizeBytes ?? source.readyBytes) * ratio);
}
