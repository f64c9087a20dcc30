import type { Random } from '../../faults/random.ts';
import type { ChangedDisk } from './changed-disk.ts';
import type { SeedDisk } from './seed-disks.ts';

const extremes = [0n, 1n, 2n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0xffff_ffffn];
const longExtremes = [...extremes, 2n ** 32n, 2n ** 48n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n];

/**
 * One to four faults at places that readers use: bits, bytes, fields, pieces that are moved or cleared, a disk that is
 * cut. Three of four changes are sealed: the checksum around them is corrected.
 */
export function changeDisk(disk: ChangedDisk, seed: SeedDisk, random: Random): void {
  for (let count = random.between(1, 4); count > 0; count -= 1) {
    const at = changeOnce(disk, seed, random);
    if (random.next() < 0.75) for (const seal of seed.seals) seal(disk, at);
  }
}

function changeOnce(disk: ChangedDisk, seed: SeedDisk, random: Random): number {
  const width = 2 ** random.between(0, 3);
  const at = choosePlace(disk, seed, random, width);
  switch (random.between(0, 9)) {
    case 0:
      disk.edit(at, 1, (bytes) => {
        bytes[0] = (bytes[0] ?? 0) ^ (1 << random.between(0, 7));
      });
      return at;
    case 1:
      disk.write(at, Buffer.of(random.between(0, 255)));
      return at;
    case 2:
    case 3:
      disk.write(at, field(random, width));
      return at;
    case 4:
      // The neighbour of a valid number is often valid, and leads elsewhere.
      disk.edit(at, 1, (bytes) => {
        bytes[0] = ((bytes[0] ?? 0) + random.between(-3, 3)) & 0xff;
      });
      return at;
    case 5:
    case 6:
      disk.write(at, disk.read(choosePlace(disk, seed, random, width), width));
      return at;
    case 7: {
      // A whole structure replaces another one.
      const [from, length] = chooseRange(seed, random);
      const [to] = chooseRange(seed, random);
      disk.write(to, disk.read(from, length));
      return to;
    }
    case 8:
      disk.write(at, Buffer.alloc(random.between(1, 512), random.next() < 0.5 ? 0 : 255));
      return at;
    default:
      if (random.next() < 0.8) {
        disk.write(at, disk.read(choosePlace(disk, seed, random, 16), 16 * width));
      } else {
        disk.sizeBytes = Math.max(512, Math.floor(disk.sizeBytes * random.next()));
      }
      return at;
  }
}

function field(random: Random, width: number): Buffer {
  const value = longExtremes[random.between(0, longExtremes.length - 1)] ?? 0n;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  const cut = bytes.subarray(0, width);
  return random.next() < 0.5 ? cut : Buffer.from(cut).reverse();
}

/** A place that was read from the good disk; in most cases one that holds data. */
function choosePlace(disk: ChangedDisk, seed: SeedDisk, random: Random, width: number): number {
  for (let tries = 8; ; tries -= 1) {
    const [position, length] = chooseRange(seed, random);
    // The start of a structure is the most important part.
    const within = random.next() < 0.4 ? Math.min(length, 128) : length;
    const at = position + Math.floor((random.next() * within) / width) * width;
    if (tries === 0 || disk.read(at, width).some((byte) => byte !== 0)) return at;
  }
}

function chooseRange({ ranges }: SeedDisk, random: Random): readonly [number, number] {
  return ranges[random.between(0, ranges.length - 1)] ?? [0, 512];
}
