import type { VolumeReader } from './volume-reader.ts';

/**
 * The places of a file's bytes: runs in the order of the file, each as three numbers: position in the file, length,
 * position in the volume. Ranges without a run read as zeros.
 */
export type Runs = readonly number[];

const numbers = 3;

/** Reads `length` bytes at `position` of a file of `sizeBytes`; fewer only at its end. */
export async function readRuns(
  volume: VolumeReader,
  runs: Runs,
  sizeBytes: number,
  position: number,
  length: number,
): Promise<Buffer> {
  const end = Math.min(sizeBytes, position + length);
  const bytes = Buffer.alloc(Math.max(0, end - position));
  for (let at = firstAfter(runs, position); at < runs.length; at += numbers) {
    const [start = 0, count = 0, place = 0] = [runs[at], runs[at + 1], runs[at + 2]];
    if (start >= end) break;
    const from = Math.max(start, position);
    const to = Math.min(start + count, end);
    bytes.set(await volume.read(place + from - start, to - from), from - position);
  }
  return bytes;
}

/** Index of the first run that ends after `position`. */
function firstAfter(runs: Runs, position: number): number {
  let low = 0;
  let high = runs.length / numbers;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const end = (runs[middle * numbers] ?? 0) + (runs[middle * numbers + 1] ?? 0);
    if (end > position) high = middle;
    else low = middle + 1;
  }
  return low * numbers;
}

/** Adds a run at the end, or extends the last run if both are adjacent. */
export function addRun(runs: number[], position: number, length: number, place: number): void {
  const [start = 0, count = 0, before = 0] = runs.slice(-numbers);
  const isNext = count > 0 && start + count === position && before + count === place;
  if (isNext) runs[runs.length - 2] = count + length;
  else runs.push(position, length, place);
}
