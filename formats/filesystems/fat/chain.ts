import { addRun, type Runs } from '../shared/runs.ts';
import type { Walk } from '../shared/volume-reader.ts';
import { badFat } from './bad.ts';
import type { BootSector } from './boot-sector.ts';

/** FAT entries are read in windows of this many bytes. */
const windowBytes = 4096;

/**
 * The clusters from `first` on, as runs: exactly `mostClusters` for a file; at most as many for a directory, which has
 * no stated length (`isOpen`). A chain that ends early, leaves the volume or is too long is `corrupt-table`.
 */
export async function readChain(
  walk: Walk,
  layout: BootSector,
  first: number,
  { mostClusters, isOpen }: { mostClusters: number; isOpen: boolean },
): Promise<Runs> {
  const { clusterBytes, dataAt, clusters } = layout;
  const next = entryReader(walk, layout);
  const runs: number[] = [];
  const end = endMark(layout);
  let cluster = first;
  for (let count = 0; count < mostClusters; count += 1) {
    if (cluster >= end && isOpen) return runs;
    if (cluster < 2 || cluster >= clusters + 2) {
      throw badFat('corrupt-table', 'A FAT chain ends too early or leaves the volume');
    }
    addRun(runs, count * clusterBytes, clusterBytes, dataAt + (cluster - 2) * clusterBytes);
    cluster = await next(cluster);
  }
  if (cluster >= end) return runs;
  if (isOpen)
    throw badFat('limit', `A FAT directory is longer than ${mostClusters * clusterBytes} bytes`);
  throw badFat('corrupt-table', 'A FAT chain is longer than its file');
}

/** Entries from 0x…FF8 on end a chain. */
function endMark({ bits }: BootSector): number {
  return bits === 12 ? 0xff8 : bits === 16 ? 0xfff8 : 0xfff_fff8;
}

function entryReader(
  walk: Walk,
  { bits, fatAt, clusters }: BootSector,
): (at: number) => Promise<number> {
  const fatBytes = Math.ceil(((clusters + 2) * bits) / 8);
  let start = -1;
  let window: Buffer = Buffer.alloc(0);
  return async (cluster) => {
    const at = Math.floor((cluster * bits) / 8);
    const needed = bits === 32 ? 4 : 2;
    if (start < 0 || at < start || at + needed > start + window.length) {
      start = at;
      window = await walk.read(fatAt + at, Math.min(windowBytes, Math.max(needed, fatBytes - at)));
    }
    const place = at - start;
    if (bits === 32) return window.readUInt32LE(place) & 0x0fff_ffff;
    const word = window.readUInt16LE(place);
    if (bits === 16) return word;
    return cluster % 2 === 0 ? word & 0xfff : word >> 4;
  };
}
