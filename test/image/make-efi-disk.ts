import { crc32 } from 'node:zlib';

const sector = 512;

/** Programs of `\EFI\BOOT` by short name, each with the Machine word of its PE header. */
export type EfiPrograms = Record<string, number>;

/** A raw disk with one EFI system partition; `fat` is the width of its table. */
export function makeEfiDisk(
  programs: EfiPrograms,
  { fat = 16, table = 'gpt' }: { fat?: 12 | 16 | 32; table?: 'gpt' | 'mbr' } = {},
): Buffer {
  const volume = makeFat(programs, fat);
  const start = 2048;
  const disk = Buffer.alloc(start * sector + volume.length + 64 * 1024);
  volume.copy(disk, start * sector);
  disk.writeUInt16LE(0xaa55, 510);
  disk[450] = table === 'gpt' ? 0xee : 0xef;
  disk.writeUInt32LE(table === 'gpt' ? 1 : start, 454);
  disk.writeUInt32LE(volume.length / sector, 458);
  if (table === 'gpt') {
    disk.write('EFI PART', sector);
    disk.writeUInt32LE(0x10000, sector + 8);
    disk.writeUInt32LE(92, sector + 12);
    disk.writeBigUInt64LE(1n, sector + 24);
    disk.writeBigUInt64LE(BigInt(disk.length / sector - 1), sector + 32);
    disk.writeBigUInt64LE(34n, sector + 40);
    disk.writeBigUInt64LE(BigInt(disk.length / sector - 34), sector + 48);
    disk.writeBigUInt64LE(2n, sector + 72);
    disk.writeUInt32LE(128, sector + 80);
    disk.writeUInt32LE(128, sector + 84);
    // The second entry: the first is in other use.
    disk.write('af3dc60f838472478e793d69d8477de4', 2 * sector, 'hex');
    disk.writeBigUInt64LE(34n, 2 * sector + 32);
    disk.writeBigUInt64LE(40n, 2 * sector + 40);
    const entry = 2 * sector + 128;
    disk.write('28732ac11ff8d211ba4b00a0c93ec93b', entry, 'hex');
    disk.writeBigUInt64LE(BigInt(start), entry + 32);
    disk.writeBigUInt64LE(BigInt(start + volume.length / sector - 1), entry + 40);
    disk.writeUInt32LE(crc32(disk.subarray(2 * sector, 34 * sector)), sector + 88);
    disk.writeUInt32LE(crc32(disk.subarray(sector, sector + 92)), sector + 16);
  }
  return disk;
}

/** A FAT volume of the smallest size whose cluster count means that width. */
function makeFat(programs: EfiPrograms, fat: 12 | 16 | 32): Buffer {
  const clusters = { 12: 200, 16: 4200, 32: 65_600 }[fat];
  const fatSectors = Math.ceil((((clusters + 2) * fat) / 8 + 1) / sector);
  const rootEntries = fat === 32 ? 0 : 64;
  const reserved = fat === 32 ? 32 : 1;
  const dataAt = (reserved + 2 * fatSectors + (rootEntries * 32) / sector) * sector;
  const total = dataAt / sector + clusters;
  const volume = Buffer.alloc(total * sector);
  volume.writeUInt16LE(sector, 11);
  volume[13] = 1;
  volume.writeUInt16LE(reserved, 14);
  volume[16] = 2;
  volume.writeUInt16LE(rootEntries, 17);
  if (total < 65_536 && fat !== 32) volume.writeUInt16LE(total, 19);
  else volume.writeUInt32LE(total, 32);
  if (fat === 32) {
    volume.writeUInt32LE(fatSectors, 36);
    volume.writeUInt32LE(2, 44);
  } else volume.writeUInt16LE(fatSectors, 22);
  volume.writeUInt16LE(0xaa55, 510);

  // One folder in each cluster, the folder of programs in two that are not adjacent.
  const [root, efi, boot, more] = [2, 3, 4, 10];
  const link = (cluster: number, next: number) => {
    const at = reserved * sector + Math.floor((cluster * fat) / 8);
    if (fat === 32) volume.writeUInt32LE(next & 0x0fffffff, at);
    else if (fat === 16) volume.writeUInt16LE(next & 0xffff, at);
    else {
      const old = volume.readUInt16LE(at);
      const value = next & 0xfff;
      volume.writeUInt16LE(
        cluster % 2 === 0 ? (old & 0xf000) | value : (old & 0xf) | (value << 4),
        at,
      );
    }
  };
  const clusterAt = (cluster: number) => dataAt + (cluster - 2) * sector;
  for (const cluster of [root, efi, more]) link(cluster, 0x0fffffff);
  link(boot, more);
  const rootAt = fat === 32 ? clusterAt(root) : (reserved + 2 * fatSectors) * sector;
  writeEntry(volume, rootAt, 'EFI', 0x10, efi);
  writeEntry(volume, clusterAt(efi), 'BOOT', 0x10, boot);
  for (let slot = 0; slot < 16; slot += 1) {
    // Deleted files and a long name fill the first cluster of the folder.
    writeEntry(volume, clusterAt(boot) + 32 * slot, 'GONE.EFI', slot === 3 ? 0x0f : 0x20, 0);
    if (slot !== 3) volume[clusterAt(boot) + 32 * slot] = 0xe5;
  }
  for (const [index, [name, machine]] of Object.entries(programs).entries()) {
    const cluster = 20 + index;
    link(cluster, 0x0fffffff);
    writeEntry(volume, clusterAt(more) + 32 * index, name, 0x20, cluster);
    const at = clusterAt(cluster);
    volume.write('MZ', at);
    volume.writeUInt32LE(64, at + 60);
    volume.write('PE\0\0', at + 64);
    volume.writeUInt16LE(machine, at + 68);
  }
  return volume;
}

function writeEntry(
  volume: Buffer,
  at: number,
  name: string,
  attributes: number,
  cluster: number,
): void {
  const [stem = '', extension = ''] = name.split('.');
  volume.write(stem.padEnd(8) + extension.padEnd(3), at, 'latin1');
  volume[at + 11] = attributes;
  volume.writeUInt16LE(cluster >>> 16, at + 20);
  volume.writeUInt16LE(cluster & 0xffff, at + 26);
  volume.writeUInt32LE(512, at + 28);
}
