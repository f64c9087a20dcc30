import type { Layout } from './layout.ts';
import { jolietName } from './names.ts';
import { joliet, type NameSpace } from './record.ts';

/** Every folder with its sector and the number of its parent, counted from 1 (ECMA-119, 9.4). */
export function writePathTable(
  { folders }: Layout,
  space: NameSpace,
  order: 'little' | 'big',
): Buffer {
  const rows = folders.map((folder) => {
    const own = space === joliet ? jolietName(folder.name) : Buffer.from(folder.primary, 'latin1');
    const name = folder.parent === undefined ? Buffer.from([0]) : own;
    const row = Buffer.alloc(8 + name.length + (name.length % 2));
    const sector = space === joliet ? folder.jolietSector : folder.sector;
    const parent = folders.indexOf(folder.parent ?? folder) + 1;
    row[0] = name.length;
    if (order === 'little') {
      row.writeUInt32LE(sector, 2);
      row.writeUInt16LE(parent, 6);
    } else {
      row.writeUInt32BE(sector, 2);
      row.writeUInt16BE(parent, 6);
    }
    name.copy(row, 8);
    return row;
  });
  return Buffer.concat(rows);
}
