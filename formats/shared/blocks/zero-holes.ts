import type { DiskSink } from '../../../src/kit.ts';

/** A range of the disk that reads as zeros. */
export type DiskHole = [start: number, length: number];

/** Zeroes the holes of a disk; for a sink that does not read as zeros already. */
export async function zeroHoles(
  holes: Iterable<DiskHole>,
  sink: DiskSink,
  signal: AbortSignal,
): Promise<void> {
  for (const [start, length] of holes) {
    signal.throwIfAborted();
    await sink.zero(start, length);
  }
}
