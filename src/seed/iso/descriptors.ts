import { discSectorBytes, folderBytes, type Layout } from './layout.ts';
import { jolietName } from './names.ts';
import { writeBothEndian16, writeBothEndian32 } from './numbers.ts';
import { writePathTable } from './path-table.ts';
import { joliet, type NameSpace, writeDirectoryRecord } from './record.ts';

/** The primary descriptor, or the supplementary one of Joliet (ECMA-119, 8.4 and 8.5). */
export function writeDescriptor(label: string, layout: Layout, space: NameSpace): Buffer {
  const { root, tables, sectors } = layout;
  const isJoliet = space === joliet;
  const text = (words: string, length: number): Buffer => {
    const encoded = isJoliet ? jolietName(words) : Buffer.from(words, 'latin1');
    const blank = isJoliet ? jolietName(' ') : Buffer.from(' ');
    return Buffer.concat([encoded, Buffer.alloc(length, blank)], length);
  };
  const sector = descriptor(isJoliet ? 2 : 1);
  text('', 32).copy(sector, 8);
  text(label, 32).copy(sector, 40);
  writeBothEndian32(sector, 80, sectors);
  // UCS-2 level 3, the third escape sequence of Joliet.
  if (isJoliet) sector.write('%/E', 88, 'latin1');
  writeBothEndian16(sector, 120, 1);
  writeBothEndian16(sector, 124, 1);
  writeBothEndian16(sector, 128, discSectorBytes);
  writeBothEndian32(sector, 132, writePathTable(layout, space, 'little').length);
  sector.writeUInt32LE(tables[isJoliet ? 2 : 0], 140);
  sector.writeUInt32BE(tables[isJoliet ? 3 : 1], 148);
  const rootRecord = Buffer.alloc(34);
  writeDirectoryRecord(root, folderBytes(root, space), space, 'self').copy(rootRecord, 0, 0, 34);
  rootRecord[0] = 34;
  rootRecord.copy(sector, 156);
  // Set, publisher, preparer, application; then the copyright, abstract and bibliographic files.
  for (const offset of [190, 318, 446, 574]) text('', 128).copy(sector, offset);
  for (const offset of [702, 739, 776]) text('', 37).copy(sector, offset);
  for (const offset of [813, 830, 847, 864]) sector.write('0'.repeat(16), offset, 'latin1');
  sector[881] = 1;
  return sector;
}

/** The terminator of the descriptor list. */
export function writeTerminator(): Buffer {
  return descriptor(255);
}

function descriptor(type: number): Buffer {
  const sector = Buffer.alloc(discSectorBytes);
  sector[0] = type;
  sector.write('CD001', 1, 'latin1');
  sector[6] = 1;
  return sector;
}
