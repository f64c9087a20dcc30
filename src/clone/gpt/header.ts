import { crc32 } from 'node:zlib';
import { refuse } from '../../errors.ts';

// UEFI 2.10, section 5.3.2, table 5.5: offsets in the header.
const at = {
  size: 12,
  crc: 16,
  own: 24,
  alternate: 32,
  lastUsable: 48,
  diskGuid: 56,
  entries: 72,
  count: 80,
  entrySize: 84,
  entriesCrc: 88,
} as const;
const signature = Buffer.from('EFI PART');
const minBytes = 92;
/** Far above the 16 KiB of every known tool; more is not loaded into memory. */
const maxEntriesBytes = 1024 * 1024;

/** One of the two headers of a GUID partition table; addresses are sector numbers. */
export interface GptHeader {
  /** The whole sector. */
  sector: Buffer;
  own: number;
  alternate: number;
  lastUsable: number;
  entries: number;
  /** Length of all entries in bytes. */
  entriesBytes: number;
  entrySize: number;
  entriesCrc: number;
  diskGuid: string;
}

/** The fields that a new header changes. */
export type GptChange = Partial<Pick<GptHeader, 'own' | 'alternate' | 'lastUsable' | 'entries'>>;

/** `undefined` for a sector without the signature. Throws `ERR_DECODE` for a damaged header. */
export function parseGptHeader(sector: Buffer): GptHeader | undefined {
  if (!sector.subarray(0, signature.length).equals(signature)) return undefined;
  const size = sector.readUInt32LE(at.size);
  if (size < minBytes || size > sector.length) {
    throw refuseTable('corrupt-table', `says its header has ${size} bytes`);
  }
  if (sector.readUInt32LE(at.crc) !== checksumOf(sector)) {
    throw refuseTable('checksum', 'has a header with a wrong checksum');
  }
  const entrySize = sector.readUInt32LE(at.entrySize);
  const entriesBytes = sector.readUInt32LE(at.count) * entrySize;
  if (entrySize < 128 || entrySize % 128 !== 0 || entriesBytes > maxEntriesBytes) {
    throw refuseTable('corrupt-table', 'has entries of an invalid size');
  }
  const lba = (offset: number): number => Number(sector.readBigUInt64LE(offset));
  return {
    sector,
    own: lba(at.own),
    alternate: lba(at.alternate),
    lastUsable: lba(at.lastUsable),
    entries: lba(at.entries),
    entriesBytes,
    entrySize,
    entriesCrc: sector.readUInt32LE(at.entriesCrc),
    diskGuid: sector.toString('hex', at.diskGuid, at.diskGuid + 16),
  };
}

/** The sector of a header with other addresses and a new checksum. */
export function formatGptHeader({ sector }: GptHeader, change: GptChange): Buffer {
  const changed = Buffer.from(sector);
  const set = (offset: number, value: number | undefined): void => {
    if (value !== undefined) changed.writeBigUInt64LE(BigInt(value), offset);
  };
  set(at.own, change.own);
  set(at.alternate, change.alternate);
  set(at.lastUsable, change.lastUsable);
  set(at.entries, change.entries);
  changed.writeUInt32LE(checksumOf(changed), at.crc);
  return changed;
}

/** The last sector of any partition; 0 without a partition. Throws `ERR_DECODE` for damaged entries. */
export function lastSectorOf(header: GptHeader, entries: Buffer): number {
  if (crc32(entries) !== header.entriesCrc) {
    throw refuseTable('checksum', 'has entries with a wrong checksum');
  }
  let last = 0;
  for (let offset = 0; offset < entries.length; offset += header.entrySize) {
    const isUsed = entries.subarray(offset, offset + 16).some((byte) => byte !== 0);
    if (isUsed) last = Math.max(last, Number(entries.readBigUInt64LE(offset + 40)));
  }
  return last;
}

/** `what` follows "the partition table". */
export function refuseTable(reason: 'checksum' | 'corrupt-table', what: string): Error {
  return refuse(reason, `the partition table ${what}`, {
    hint: 'Repair the partition table first, or leave out fixGpt (--fix-gpt).',
  });
}

/** Computed over the header with the checksum field set to zero. */
function checksumOf(sector: Buffer): number {
  const header = Buffer.from(sector.subarray(0, sector.readUInt32LE(at.size)));
  header.writeUInt32LE(0, at.crc);
  return crc32(header);
}
