import { createRandom } from '../../faults/random.ts';
import { changeDisk } from './change-disk.ts';
import { ChangedDisk } from './changed-disk.ts';
import { openSeedDisk, type SeedDisk } from './seed-disks.ts';
import { tryDisk } from './try-disk.ts';

/**
 * Changed disks `first` to `last`, in a separate process: `batch.ts <first> <last> [name path]…`. Prints a line for
 * each, then the memory. The number of a disk makes it again.
 */
const [first, last, ...laid] = process.argv.slice(2);
const seeds: SeedDisk[] = [];
for (let index = 0; index < laid.length; index += 2) {
  seeds.push(await openSeedDisk({ name: laid[index] ?? '', path: laid[index + 1] ?? '' }));
}
for (let number = Number(first); number < Number(last); number += 1) {
  const seed = seeds[number % seeds.length];
  if (seed === undefined) throw new Error('no disks to change');
  process.stdout.write(`${number} ${seed.name.replaceAll(' ', '-')} `);
  // The memory of the disks before does not count for this one.
  globalThis.gc?.();
  const disk = new ChangedDisk(seed.file, seed.sizeBytes);
  changeDisk(disk, seed, createRandom(number + 1));
  let verdict: string;
  try {
    verdict = await tryDisk(disk);
  } catch (error) {
    verdict = `DEFECT ${error instanceof Error ? error.stack?.replaceAll('\n', ' | ') : error}`;
  }
  process.stdout.write(`${verdict}\n`);
}
process.stdout.write(`peak ${process.resourceUsage().maxRSS * 1024}\n`);
