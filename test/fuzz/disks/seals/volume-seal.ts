import type { ChangedDisk } from '../changed-disk.ts';

/** Corrects the checksum of the structure around `position`; does nothing if there is none. */
export type VolumeSeal = (disk: ChangedDisk, position: number) => void;

/** `position` rounded down to a multiple of `size` after `start`. */
export function alignDown(position: number, size: number, start: number): number {
  return start + Math.floor((position - start) / size) * size;
}
