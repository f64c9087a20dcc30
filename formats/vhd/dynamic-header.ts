import { hasMagic, isZeros, type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { refuseVhd, vhdChecksum } from './checksum.ts';
import { footerBytes, needsParent, type VhdFooter } from './footer.ts';

export const dynamicHeaderBytes = 1024;
const sectorBytes = 512;
const entryBytes = 4;

/** The places of the parts of a dynamic disk; offsets and sizes are bytes. */
export interface DynamicHeader {
  headerOffset: number;
  tableOffset: number;
  /** The whole block allocation table, with entries beyond the disk. */
  tableBytes: number;
  /** Entries of the table that describe the disk. */
  usedEntries: number;
  blockBytes: number;
  /** The sector bitmap before the data of each block. */
  bitmapBytes: number;
}

/** The place of the header; refuses a place that no header can have. */
export function parseHeaderOffset({ headerOffset }: VhdFooter): number {
  const details = { offset: 16, value: String(headerOffset) };
  if (headerOffset < BigInt(footerBytes)) {
    throw refuseVhd('corrupt-header', 'the dynamic header overlaps the footer', details);
  }
  if (headerOffset > BigInt(Number.MAX_SAFE_INTEGER - dynamicHeaderBytes)) {
    throw refuseVhd('truncated', 'the dynamic header lies past the end of the file', details);
  }
  return Number(headerOffset);
}

/** Checks the complete header of a dynamic disk; no memory is allocated from its values. */
export function parseDynamicHeader(
  bytes: Uint8Array,
  headerOffset: number,
  virtualSize: number,
  limits: Limits,
): DynamicHeader {
  const at = (offset: number): { offset: number } => ({ offset: headerOffset + offset });
  if (!hasMagic(bytes, 'cxsparse')) {
    throw refuseVhd('corrupt-header', 'there is no dynamic header where the footer says', at(0));
  }
  const view = viewOf(bytes);
  if (view.getUint32(36) !== vhdChecksum(bytes, 36)) {
    throw refuseVhd('checksum', 'the checksum of the dynamic header is wrong', at(36));
  }
  const version = view.getUint32(24);
  if (version >>> 16 !== 1) {
    const details = { ...at(24), value: version };
    throw refuseVhd(
      'unsupported-variant',
      'this version of the dynamic header is not known',
      details,
    );
  }
  // Parent UUID, then name and locators; the four bytes between are a time. All are zero except in a differencing disk.
  if (!isZeros(bytes.subarray(40, 56)) || !isZeros(bytes.subarray(64, 768))) throw needsParent();
  const blockBytes = view.getUint32(32);
  if (blockBytes < sectorBytes || (blockBytes & (blockBytes - 1)) !== 0) {
    const details = { ...at(32), value: blockBytes };
    throw refuseVhd('corrupt-header', 'the block size is not a power of two above 256', details);
  }
  const entries = view.getUint32(28);
  if (entries > limits.mapEntries) {
    throw refuseVhd('limit', 'the block allocation table has more entries than is allowed', {
      ...at(28),
      value: entries,
      limit: limits.mapEntries,
      hint: raiseLimit('mapEntries', entries),
    });
  }
  const usedEntries = Math.ceil(virtualSize / blockBytes);
  if (entries < usedEntries) {
    const details = { ...at(28), value: entries };
    throw refuseVhd(
      'corrupt-header',
      'the block allocation table is too small for the disk',
      details,
    );
  }
  const tableBytes = entries * entryBytes;
  const tableOffset = parseTableOffset(view.getBigUint64(16), tableBytes, headerOffset);
  const bitmapBytes = Math.ceil(blockBytes / sectorBytes / 8 / sectorBytes) * sectorBytes;
  return { headerOffset, tableOffset, tableBytes, usedEntries, blockBytes, bitmapBytes };
}

function parseTableOffset(offset: bigint, length: number, headerOffset: number): number {
  const details = { offset: headerOffset + 16, value: String(offset) };
  if (offset > BigInt(Number.MAX_SAFE_INTEGER - length)) {
    throw refuseVhd(
      'truncated',
      'the block allocation table lies past the end of the file',
      details,
    );
  }
  const start = Number(offset);
  const onHeader = start < headerOffset + dynamicHeaderBytes && start + length > headerOffset;
  if (start < footerBytes || onHeader) {
    throw refuseVhd('corrupt-header', 'the block allocation table overlaps a header', details);
  }
  return start;
}
