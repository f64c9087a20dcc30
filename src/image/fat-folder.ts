import type { ByteSource } from '../contracts/bytes.ts';
import type { PartitionPlace } from './efi-partitions.ts';

/** One entry of a FAT folder, by its short name: `EFI`, `BOOTX64.EFI`. */
interface FatEntry {
  name: string;
  isFolder: boolean;
  cluster: number;
  sizeBytes: number;
}

/** A FAT volume that is read and never written. */
export interface FatVolume {
  root(): Promise<FatEntry[]>;
  list(folder: FatEntry): Promise<FatEntry[]>;
  /** The first bytes of a file, at most one cluster. */
  head(file: FatEntry): Promise<Buffer>;
}

/** Folders beyond this are not read further; that of a boot loader has a dozen entries. */
const maxFolderBytes = 64 * 1024;

/** Opens a FAT12, FAT16 or FAT32 volume (Microsoft's fatgen103); `undefined` for anything else. */
export async function openFat(
  disk: ByteSource,
  { offset, length }: PartitionPlace,
): Promise<FatVolume | undefined> {
  const boot = Buffer.from(await disk.read(offset, 512));
  if (boot.length < 512 || boot.readUInt16LE(510) !== 0xaa55) return undefined;
  const sector = boot.readUInt16LE(11);
  const clusterBytes = sector * (boot[13] ?? 0);
  const reserved = boot.readUInt16LE(14);
  const fats = boot[16] ?? 0;
  const rootEntries = boot.readUInt16LE(17);
  const fatSectors = boot.readUInt16LE(22) || boot.readUInt32LE(36);
  const total = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  if (![512, 1024, 2048, 4096].includes(sector) || clusterBytes === 0 || fats === 0) {
    return undefined;
  }
  if (fatSectors === 0 || total * sector > length) return undefined;
  const fatAt = offset + reserved * sector;
  const rootAt = fatAt + fats * fatSectors * sector;
  const rootBytes = Math.ceil((rootEntries * 32) / sector) * sector;
  const dataAt = rootAt + rootBytes;
  const clusters = Math.floor((total * sector - (dataAt - offset)) / clusterBytes);
  const bits = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;

  const read = async (at: number, bytes: number) => Buffer.from(await disk.read(at, bytes));
  const placeOf = (cluster: number) => dataAt + (cluster - 2) * clusterBytes;
  const isData = (cluster: number) => cluster >= 2 && cluster < clusters + 2;

  async function next(cluster: number): Promise<number> {
    const entry = await read(fatAt + Math.floor((cluster * bits) / 8), bits === 32 ? 4 : 2);
    if (entry.length < 2) return 0;
    if (bits === 32) return entry.length < 4 ? 0 : entry.readUInt32LE(0) & 0x0fff_ffff;
    const word = entry.readUInt16LE(0);
    return bits === 16 ? word : cluster % 2 === 0 ? word & 0xfff : word >> 4;
  }

  async function chain(start: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for (let at = start; isData(at) && bytes < maxFolderBytes; at = await next(at)) {
      parts.push(await read(placeOf(at), clusterBytes));
      bytes += clusterBytes;
    }
    return Buffer.concat(parts);
  }

  return {
    async root() {
      if (bits === 32) return parseFolder(await chain(boot.readUInt32LE(44)));
      return parseFolder(await read(rootAt, Math.min(rootBytes, maxFolderBytes)));
    },
    async list(folder) {
      return parseFolder(await chain(folder.cluster));
    },
    async head({ cluster }) {
      return isData(cluster) ? await read(placeOf(cluster), clusterBytes) : Buffer.alloc(0);
    },
  };
}

function parseFolder(bytes: Buffer): FatEntry[] {
  const entries: FatEntry[] = [];
  for (let at = 0; at + 32 <= bytes.length; at += 32) {
    const first = bytes[at];
    const attributes = bytes[at + 11] ?? 0;
    if (first === 0) break;
    // Deleted, a long name, a volume label.
    if (first === 0xe5 || (attributes & 0x08) !== 0) continue;
    const stem = bytes.toString('latin1', at, at + 8).trimEnd();
    const extension = bytes.toString('latin1', at + 8, at + 11).trimEnd();
    entries.push({
      name: (extension === '' ? stem : `${stem}.${extension}`).toUpperCase(),
      isFolder: (attributes & 0x10) !== 0,
      cluster: (bytes.readUInt16LE(at + 20) << 16) | bytes.readUInt16LE(at + 26),
      sizeBytes: bytes.readUInt32LE(at + 28),
    });
  }
  return entries;
}
