import type { ByteSource } from '../contracts/bytes.ts';

/** Where a partition lies, in bytes. */
export interface PartitionPlace {
  offset: number;
  length: number;
}

/** C12A7328-F81F-11D2-BA4B-00A0C93EC93B as GPT stores it (UEFI 2.10, 5.3.3). */
const efiSystem = '28732ac11ff8d211ba4b00a0c93ec93b';
const mbrEfiSystem = 0xef;
const mbrProtective = 0xee;

/** The EFI system partitions of a raw disk, by its GPT or MBR; none where it has no table that makes sense. */
export async function findEfiPartitions(disk: ByteSource): Promise<PartitionPlace[]> {
  const first = Buffer.from(await disk.read(0, 512));
  if (first.length < 512 || first.readUInt16LE(510) !== 0xaa55) return [];
  const types = [0, 1, 2, 3].map((slot) => first[446 + 16 * slot + 4] ?? 0);
  if (types.includes(mbrProtective)) {
    // The sector is 512 bytes on images of vendors; disks with 4 KiB sectors have the header there.
    return (await readGpt(disk, 512)) ?? (await readGpt(disk, 4096)) ?? [];
  }
  return types.flatMap((type, slot) => {
    if (type !== mbrEfiSystem) return [];
    const at = 446 + 16 * slot;
    const place = {
      offset: first.readUInt32LE(at + 8) * 512,
      length: first.readUInt32LE(at + 12) * 512,
    };
    return [place];
  });
}

async function readGpt(disk: ByteSource, sector: number): Promise<PartitionPlace[] | undefined> {
  const header = Buffer.from(await disk.read(sector, 92));
  if (header.length < 92 || header.toString('latin1', 0, 8) !== 'EFI PART') return undefined;
  const table = Number(header.readBigUInt64LE(72)) * sector;
  const count = Math.min(header.readUInt32LE(80), 128);
  const size = header.readUInt32LE(84);
  if (size < 128 || size > 4096 || !Number.isSafeInteger(table)) return [];
  const entries = Buffer.from(await disk.read(table, count * size));
  const places: PartitionPlace[] = [];
  for (let at = 0; at + 128 <= entries.length; at += size) {
    if (entries.toString('hex', at, at + 16) !== efiSystem) continue;
    const begin = Number(entries.readBigUInt64LE(at + 32));
    const end = Number(entries.readBigUInt64LE(at + 40));
    if (end >= begin) places.push({ offset: begin * sector, length: (end - begin + 1) * sector });
  }
  return places;
}
