import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ChangedDisk } from './changed-disk.ts';
import { makeDisks } from './made-disks.ts';
import { btrfsSeal } from './seals/btrfs.ts';
import { extSeal } from './seals/ext.ts';
import { sealGpt } from './seals/gpt.ts';
import { lvmSeal } from './seals/lvm.ts';
import type { VolumeSeal } from './seals/volume-seal.ts';
import { xfsSeal } from './seals/xfs.ts';
import { tryDisk } from './try-disk.ts';

/** A good disk in a file, and the parts that a reader uses. */
export interface SeedDisk {
  name: string;
  file: number;
  sizeBytes: number;
  /** Position and length of the reads, without data of files. */
  ranges: (readonly [number, number])[];
  seals: VolumeSeal[];
}

/** Writes the disks into `folder`: the samples if they exist, and those made here. Returns name and path of each. */
export function laySeedDisks(folder: string): { name: string; path: string }[] {
  const laid = makeDisks(folder);
  const samples = join(process.env['ROOTDISK_SAMPLES'] ?? '', 'disks');
  if (process.env['ROOTDISK_SAMPLES'] === undefined || !existsSync(samples)) return laid;
  for (const name of readdirSync(samples).filter((one) => one.endsWith('.gz'))) {
    const path = join(folder, name);
    writeFileSync(path, gunzipSync(readFileSync(join(samples, name))));
    laid.push({ name, path });
  }
  return laid;
}

/** Opens a written disk, and reads it once to record the reads. */
export async function openSeedDisk({
  name,
  path,
}: {
  name: string;
  path: string;
}): Promise<SeedDisk> {
  const file = openSync(path, 'r');
  const { size: sizeBytes } = statSync(path);
  const disk = new ChangedDisk(file, sizeBytes);
  const ranges = new Map<number, number>();
  await tryDisk(disk, (position, length) => {
    if (length > 0 && length < longest) ranges.set(position, length);
  });
  return { name, file, sizeBytes, ranges: [...ranges], seals: sealsOf(disk) };
}

/** Longer reads are those of probes and of data. */
const longest = 65_536;

export function closeSeedDisk({ file }: SeedDisk): void {
  closeSync(file);
}

/** By the magics at the start of every MiB, where partitions begin. */
function sealsOf(disk: ChangedDisk): VolumeSeal[] {
  const seals: VolumeSeal[] = [];
  for (let start = 0; start < disk.sizeBytes; start += 512 * 1024) {
    const within = (seal: VolumeSeal | undefined): void => {
      if (seal !== undefined) {
        seals.push((changed, position) => {
          if (position >= start) seal(changed, position);
        });
      }
    };
    if (disk.read(start, 4).toString('latin1') === 'XFSB') within(xfsSeal(disk, start));
    else if (disk.read(start + 1080, 2).toString('hex') === '53ef') within(extSeal(disk, start));
    else if (disk.read(start + 65_600, 8).toString('latin1') === '_BHRfS_M') {
      within(btrfsSeal(disk, start));
    } else if (disk.read(start + 512, 8).toString('latin1') === 'LABELONE') within(lvmSeal(start));
  }
  const hasGpt = [512, 4096].some((at) => disk.read(at, 8).toString('latin1') === 'EFI PART');
  return hasGpt ? [sealGpt, ...seals] : seals;
}
