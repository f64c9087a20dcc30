import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';

/** Log, regions and blocks begin at whole MiB. */
export const regionUnit: number = 1024 * 1024;

/** A part of the file, `end` exclusive. */
export interface FileRange {
  start: number;
  end: number;
}

/** The ranges in the order of the file, without empty ones. Refuses `what` if two of them overlap. */
export function sortRanges(ranges: readonly FileRange[], what: string): FileRange[] {
  const sorted = ranges.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  for (const [i, { start }] of sorted.entries()) {
    if (i === 0 || start >= (sorted[i - 1]?.end ?? 0)) continue;
    throw refuseVhdx('corrupt-header', `two ${what} overlap`, { offset: start });
  }
  return sorted;
}

/** The error for an invalid VHDX image. */
export const refuseVhdx: ImageRefusal = refusalFor('vhdx');
