import type { DiskId } from '../shared/writing/disk-id.ts';
import { checksumOf } from './checksum.ts';
import type { FileRange } from './file-range.ts';
import { writeGuid } from './guid.ts';
import { headerSectionBytes } from './header.ts';
import type { VhdxLayout } from './layout.ts';
import { vhdxMagic } from './magic.ts';
import { batGuid, metadataGuid } from './region-table.ts';

const slotBytes = 64 * 1024;
const headerBytes = 4096;

/** Identifier, both headers and both region tables (MS-VHDX 2.2). */
export function formatHeaderSection(layout: VhdxLayout, id: DiskId): Uint8Array {
  const section = Buffer.alloc(headerSectionBytes);
  section.write(vhdxMagic, 0, 'latin1');
  section.write('rootdisk', 8, 'utf16le');
  // The second header is the current one.
  for (const slot of [1, 2]) section.set(formatHeader(layout, id, slot), slot * slotBytes);
  for (const slot of [3, 4]) section.set(formatRegions(layout), slot * slotBytes);
  return section;
}

function formatHeader({ log, virtualSize }: VhdxLayout, id: DiskId, sequence: number): Uint8Array {
  const header = Buffer.alloc(headerBytes);
  header.write('head', 0, 'latin1');
  header.writeBigUInt64LE(BigInt(sequence), 8);
  header.set(id.guid(`vhdx ${virtualSize} file`), 16);
  header.set(id.guid(`vhdx ${virtualSize} data`), 32);
  // A log without a GUID, at 48, is empty.
  header.writeUInt16LE(1, 66);
  header.writeUInt32LE(log.end - log.start, 68);
  header.writeBigUInt64LE(BigInt(log.start), 72);
  header.writeUInt32LE(checksumOf(header), 4);
  return header;
}

function formatRegions({ bat, metadata }: VhdxLayout): Uint8Array {
  const table = Buffer.alloc(slotBytes);
  const regions: [string, FileRange][] = [
    [batGuid, bat],
    [metadataGuid, metadata],
  ];
  table.write('regi', 0, 'latin1');
  table.writeUInt32LE(regions.length, 8);
  for (const [index, [guid, { start, end }]] of regions.entries()) {
    const at = 16 + index * 32;
    table.set(writeGuid(guid), at);
    table.writeBigUInt64LE(BigInt(start), at + 16);
    table.writeUInt32LE(end - start, at + 24);
    // Required.
    table.writeUInt32LE(1, at + 28);
  }
  table.writeUInt32LE(checksumOf(table), 4);
  return table;
}
