import { type FatGeometry, rootEntries } from './clusters.ts';

/** The boot sector with its BIOS parameter block (FAT specification 1.03, section 3). */
export function writeBootSector(label: string, geometry: FatGeometry): Buffer {
  const sector = Buffer.alloc(512);
  // A jump to itself: a seed never boots.
  sector.set([0xeb, 0x3c, 0x90]);
  sector.write('MSDOS5.0', 3, 'latin1');
  sector.writeUInt16LE(512, 11);
  sector[13] = geometry.sectorsPerCluster;
  sector.writeUInt16LE(1, 14);
  sector[16] = 2;
  sector.writeUInt16LE(rootEntries, 17);
  const isLarge = geometry.sectors > 0xffff;
  sector.writeUInt16LE(isLarge ? 0 : geometry.sectors, 19);
  sector[21] = 0xf8;
  sector.writeUInt16LE(geometry.tableSectors, 22);
  sector.writeUInt16LE(32, 24);
  sector.writeUInt16LE(2, 26);
  sector.writeUInt32LE(isLarge ? geometry.sectors : 0, 32);
  sector[36] = 0x80;
  sector[38] = 0x29;
  sector.write('SEED', 39, 'latin1');
  sector.write(label.toUpperCase().padEnd(11), 43, 'latin1');
  sector.write('FAT12   ', 54, 'latin1');
  sector.set([0xeb, 0xfe], 62);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
