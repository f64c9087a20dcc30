import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** A partition by its first and its last sector. */
type Partition = readonly [first: number, last: number];

export interface GptOptions {
  sectorBytes?: number;
  sizeBytes: number;
  partitions?: readonly Partition[];
  /** More entries of the master boot record beside the protective one: type, first sector, sectors. */
  hybrid?: readonly (readonly [type: number, first: number, sectors: number])[];
}

const count = 128;
const entrySize = 128;

/** A sparse disk with a GUID partition table and 64 KiB of data in each partition (UEFI 2.10, section 5.3). */
export async function makeGptDisk(path: string, options: GptOptions): Promise<void> {
  const { sectorBytes = 512, sizeBytes, partitions = [], hybrid = [] } = options;
  const last = sizeBytes / sectorBytes - 1;
  const entrySectors = (count * entrySize) / sectorBytes;
  const entries = Buffer.alloc(count * entrySize);
  for (const [index, [first, end]] of partitions.entries()) {
    const at = index * entrySize;
    Buffer.from('af3dc60f838472478e793d69d8477de4', 'hex').copy(entries, at); // Linux data
    randomBytes(16).copy(entries, at + 16);
    entries.writeBigUInt64LE(BigInt(first), at + 32);
    entries.writeBigUInt64LE(BigInt(end), at + 40);
  }
  const guid = randomBytes(16);
  const header = (own: number, alternate: number, entriesAt: number): Buffer => {
    const sector = Buffer.alloc(sectorBytes);
    sector.write('EFI PART');
    sector.writeUInt32LE(0x10000, 8);
    sector.writeUInt32LE(92, 12);
    const lbas = [own, alternate, 2 + entrySectors, last - entrySectors - 1];
    for (const [i, lba] of lbas.entries()) sector.writeBigUInt64LE(BigInt(lba), 24 + 8 * i);
    guid.copy(sector, 56);
    sector.writeBigUInt64LE(BigInt(entriesAt), 72);
    sector.writeUInt32LE(count, 80);
    sector.writeUInt32LE(entrySize, 84);
    sector.writeUInt32LE(crc32(entries), 88);
    sector.writeUInt32LE(crc32(sector.subarray(0, 92)), 16);
    return sector;
  };
  const mbr = Buffer.alloc(512);
  const lines = [[0xee, 1, hybrid.length > 0 ? 33 : last] as const, ...hybrid];
  for (const [i, [type, first, sectors]] of lines.entries()) {
    // Addresses in cylinders, heads and sectors are those of table 5.4.
    mbr.set([0x00, 0x00, 0x02, 0x00, type, 0xff, 0xff, 0xff], 446 + 16 * i);
    mbr.writeUInt32LE(first, 454 + 16 * i);
    mbr.writeUInt32LE(Math.min(sectors, 0xffff_ffff), 458 + 16 * i);
  }
  mbr.writeUInt16LE(0xaa55, 510);
  const handle = await open(path, 'wx');
  const put = (bytes: Buffer, sector: number): Promise<unknown> =>
    handle.write(bytes, 0, bytes.length, sector * sectorBytes);
  await handle.truncate(sizeBytes);
  await put(mbr, 0);
  await put(header(1, last, 2), 1);
  await put(entries, 2);
  for (const [first] of partitions) await put(randomBytes(65_536), first);
  await put(entries, last - entrySectors);
  await put(header(last, 1, last - entrySectors), last);
  await handle.close();
}
