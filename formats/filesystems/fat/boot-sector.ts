import { badFat } from './bad.ts';

/** The places of the parts of a FAT volume, in bytes. */
export interface BootSector {
  id: 'fat12' | 'fat16' | 'fat32';
  bits: 12 | 16 | 32;
  label: string;
  /** `XXXX-XXXX`, as in `root=UUID=`. */
  uuid: string;
  clusterBytes: number;
  clusters: number;
  fatAt: number;
  dataAt: number;
  sizeBytes: number;
  /** The root: a cluster in FAT32, a fixed place in FAT12 and FAT16. */
  rootCluster: number;
  rootAt: number;
  rootBytes: number;
}

const rootEntryBytes = 32;

/** Reads and checks a boot sector (Microsoft's fatgen103); its sizes must fit in `volumeBytes`. */
export function parseBootSector(bytes: Buffer, volumeBytes: number): BootSector {
  const sectorBytes = bytes.readUInt16LE(11);
  const clusterSectors = bytes[13] ?? 0;
  const reserved = bytes.readUInt16LE(14);
  const fats = bytes[16] ?? 0;
  const rootEntries = bytes.readUInt16LE(17);
  const total = bytes.readUInt16LE(19) || bytes.readUInt32LE(32);
  const shortFat = bytes.readUInt16LE(22);
  const fatSectors = shortFat || bytes.readUInt32LE(36);
  const rootSectors = Math.ceil((rootEntries * rootEntryBytes) / sectorBytes);
  const dataSector = reserved + fats * fatSectors + rootSectors;
  const clusters = Math.floor((total - dataSector) / clusterSectors);
  if (clusters < 1 || total * sectorBytes > volumeBytes) {
    throw badFat('corrupt-header', 'The FAT boot sector claims more than the volume has');
  }
  // Small volumes formatted as FAT32 have fewer clusters than its definition requires.
  const bits = shortFat === 0 ? 32 : clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
  if (fatSectors * sectorBytes < Math.ceil(((clusters + 2) * bits) / 8)) {
    throw badFat('corrupt-header', 'The FAT is too short for its clusters');
  }
  if (bits === 32 && bytes.readUInt16LE(42) !== 0) {
    throw badFat('unsupported-variant', `FAT32 has version ${bytes.readUInt16LE(42)}`);
  }
  // If mirroring is off, only one copy of the FAT is valid.
  const flags = bits === 32 ? bytes.readUInt16LE(40) : 0;
  const active = (flags & 0x80) === 0 ? 0 : flags & 15;
  if (active >= fats) throw badFat('corrupt-header', `The active FAT ${active} does not exist`);
  const [serialAt, labelAt] = bits === 32 ? [67, 71] : [39, 43];
  const serial = bytes.readUInt32LE(serialAt).toString(16).toUpperCase().padStart(8, '0');
  const label = bytes.toString('latin1', labelAt, labelAt + 11).trimEnd();
  return {
    id: `fat${bits}`,
    bits,
    label: label === 'NO NAME' ? '' : label,
    uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`,
    clusterBytes: clusterSectors * sectorBytes,
    clusters,
    fatAt: (reserved + active * fatSectors) * sectorBytes,
    dataAt: dataSector * sectorBytes,
    sizeBytes: total * sectorBytes,
    rootCluster: bits === 32 ? bytes.readUInt32LE(44) : 0,
    rootAt: (dataSector - rootSectors) * sectorBytes,
    rootBytes: rootEntries * rootEntryBytes,
  };
}
