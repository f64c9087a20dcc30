import type { DiskToWrite, WriteContext } from '../../../src/kit.ts';
import type { DiskId } from './disk-id.ts';
import { packedUnits } from './packed-units.ts';

/**
 * Reads a disk on all cores and returns the ranges of units that are not all zeros, independent of its extents. Their
 * data goes into `id`.
 */
export async function scanDisk(
  disk: DiskToWrite,
  unitBytes: number,
  context: WriteContext,
  id?: DiskId,
): Promise<[position: number, length: number][]> {
  const looks = { options: {}, isPadded: false, keepsLong: true };
  const work = { ...looks, unitBytes, wantsCrcs: id !== undefined };
  const extents: [number, number][] = [];
  for await (const units of packedUnits(disk, work, context)) {
    for (const { index, crc } of units) {
      id?.addCrc(index, crc);
      const position = index * unitBytes;
      const length = Math.min(unitBytes, disk.virtualSize - position);
      const last = extents.at(-1);
      if (last !== undefined && last[0] + last[1] === position) last[1] += length;
      else extents.push([position, length]);
    }
  }
  return extents;
}
