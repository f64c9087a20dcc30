import type { ByteSource } from '../contracts/bytes.ts';

/** Below this a ratio says nothing. */
const floorBytes = 1024 ** 3;

/** How much may come of a source under a limit on the ratio: never less than 1 GiB. */
export function boundByRatio(source: ByteSource, ratio: number): number {
  return Math.max(floorBytes, (source.sizeBytes ?? source.readyBytes) * ratio);
}
