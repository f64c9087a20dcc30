import type { ChangedDisk } from '../changed-disk.ts';

/** Writes the checksum of what lies around `position` anew; does nothing where there is none. */
export type VolumeSeal = (disk: ChangedDisk, position: number) => void;

/** `position` moved down to a multiple of `size` behind `start`. */
export function alignDown(position: number, size: number, start: number): number {
  return start + Math.floor((position - start) / size) * size;
}
