import { hasMagic, viewOf } from '../../src/kit.ts';
import { claimedChecksum } from './checksum.ts';
import { readGuid } from './guid.ts';
import { type LogRing, logSectorBytes } from './log-ring.ts';

/** A valid entry of the log. Places and lengths are in sectors of the log, the rest in bytes. */
export interface ParsedLogEntry {
  at: number;
  sectors: number;
  /** The place of the oldest entry whose updates may not have been written to the file. */
  tail: number;
  sequence: bigint;
  descriptors: number;
  /** The file was at least this long when the entry was written. */
  flushedFileSize: bigint;
  /** All structures are before this place. */
  lastFileOffset: bigint;
}

/** One update in an entry; without `data`, which is the sector in the log that holds it, the range becomes zeros. */
export interface LogUpdate {
  offset: bigint;
  length: bigint;
  data?: { sector: number; leading: Uint8Array; trailing: Uint8Array };
}

const headerBytes = 64;
const descriptorBytes = 32;

/**
 * The entry that starts at a sector, if it is completely valid (MS-VHDX 2.3.1). The first bytes of all its sectors are
 * checked before its checksum is computed, so that overlapping entries cost little.
 */
export function parseLogEntry(ring: LogRing, at: number, guid: string): ParsedLogEntry | undefined {
  const header = ring.sector(at);
  if (!hasMagic(header, 'loge') || readGuid(header, 32) !== guid) return undefined;
  const view = viewOf(header);
  const entryBytes = view.getUint32(8, true);
  const tailBytes = view.getUint32(12, true);
  const entry: ParsedLogEntry = {
    at,
    sectors: entryBytes / logSectorBytes,
    tail: tailBytes / logSectorBytes,
    sequence: view.getBigUint64(16, true),
    descriptors: view.getUint32(24, true),
    flushedFileSize: view.getBigUint64(48, true),
    lastFileOffset: view.getBigUint64(56, true),
  };
  const isPlaced =
    entryBytes % logSectorBytes === 0 &&
    tailBytes % logSectorBytes === 0 &&
    entry.sectors <= ring.sectors &&
    entry.tail < ring.sectors;
  if (!isPlaced || entry.sequence === 0n || !isConsistent(ring, entry)) return undefined;
  return ring.checksum(at, entry.sectors) === claimedChecksum(header) ? entry : undefined;
}

/** The updates of a valid entry, in order. */
export function* readUpdates(ring: LogRing, entry: ParsedLogEntry): Generator<LogUpdate> {
  let data = entry.at + descriptorSectors(entry);
  for (let i = 0; i < entry.descriptors; i += 1) {
    const descriptor = readDescriptor(ring, entry, i);
    const view = viewOf(descriptor);
    const offset = view.getBigUint64(16, true);
    if (hasMagic(descriptor, 'zero')) {
      yield { offset, length: view.getBigUint64(8, true) };
    } else {
      const leading = descriptor.subarray(8, 16);
      const trailing = descriptor.subarray(4, 8);
      yield { offset, length: BigInt(logSectorBytes), data: { sector: data, leading, trailing } };
      data += 1;
    }
  }
}

function isConsistent(ring: LogRing, entry: ParsedLogEntry): boolean {
  const first = descriptorSectors(entry);
  if (first > entry.sectors) return false;
  let dataSectors = 0;
  for (let i = 0; i < entry.descriptors; i += 1) {
    const descriptor = readDescriptor(ring, entry, i);
    const view = viewOf(descriptor);
    const isData = hasMagic(descriptor, 'desc');
    if (!isData && !hasMagic(descriptor, 'zero')) return false;
    if (view.getBigUint64(24, true) !== entry.sequence) return false;
    if (!isAligned(view.getBigUint64(16, true))) return false;
    if (!isData && !isAligned(view.getBigUint64(8, true))) return false;
    if (isData) dataSectors += 1;
  }
  if (first + dataSectors !== entry.sectors) return false;
  for (let i = first; i < entry.sectors; i += 1) {
    const sector = ring.sector(entry.at + i);
    const view = viewOf(sector);
    const sequence =
      (BigInt(view.getUint32(4, true)) << 32n) | BigInt(view.getUint32(logSectorBytes - 4, true));
    if (!hasMagic(sector, 'data') || sequence !== entry.sequence) return false;
  }
  return true;
}

/** The first sector begins with the header; the descriptors follow it. */
function readDescriptor(ring: LogRing, entry: ParsedLogEntry, index: number): Uint8Array {
  const position = headerBytes + index * descriptorBytes;
  const sector = ring.sector(entry.at + Math.floor(position / logSectorBytes));
  const start = position % logSectorBytes;
  return sector.subarray(start, start + descriptorBytes);
}

function descriptorSectors(entry: ParsedLogEntry): number {
  return Math.ceil((headerBytes + entry.descriptors * descriptorBytes) / logSectorBytes);
}

function isAligned(value: bigint): boolean {
  return value % BigInt(logSectorBytes) === 0n;
}
