import { crc32 } from 'node:zlib';
import type { ChangedDisk } from '../changed-disk.ts';

/** Both headers of a GPT and the checksums of their entries, for either size of sector. */
export function sealGpt(disk: ChangedDisk): void {
  for (const sectorBytes of [512, 4096]) {
    for (const sector of [1, Math.floor(disk.sizeBytes / sectorBytes) - 1]) {
      sealHeader(disk, sector * sectorBytes, sectorBytes);
    }
  }
}

function sealHeader(disk: ChangedDisk, at: number, sectorBytes: number): void {
  const header = disk.read(at, sectorBytes);
  if (header.length < 92 || header.toString('latin1', 0, 8) !== 'EFI PART') return;
  const size = header.readUInt32LE(12);
  const entries = Number(header.readBigUInt64LE(72)) * sectorBytes;
  const length = header.readUInt32LE(80) * header.readUInt32LE(84);
  if (length <= 1024 * 1024 && entries + length <= disk.sizeBytes) {
    header.writeUInt32LE(crc32(disk.read(entries, length)), 88);
  }
  if (size < 92 || size > sectorBytes) return;
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, size)), 16);
  disk.write(at, header);
}
