import { lvmChecksum } from '../../../../formats/filesystems/lvm/checksum.ts';
import type { VolumeSeal } from './volume-seal.ts';

const sector = 512;
const magic = ' LVM2 x[5A%r0N*>';

/** The label, the header of a metadata area and its text. */
export function lvmSeal(start: number): VolumeSeal {
  return (disk) => {
    disk.edit(start + sector, sector, (label) => {
      if (label.toString('latin1', 0, 8) === 'LABELONE') {
        label.writeUInt32LE(lvmChecksum(label.subarray(20)), 16);
      }
    });
    const area = start + 4096;
    disk.edit(area, sector, (header) => {
      if (header.toString('latin1', 4, 20) !== magic) return;
      const [offset, length] = [header.readBigUInt64LE(40), header.readBigUInt64LE(48)];
      if (offset + length < 1n << 20n) {
        const text = disk.read(area + Number(offset), Number(length));
        header.writeUInt32LE(lvmChecksum(text), 56);
      }
      header.writeUInt32LE(lvmChecksum(header.subarray(4)), 0);
    });
  };
}
