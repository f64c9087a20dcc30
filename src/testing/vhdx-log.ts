import { putGuid, putText, sealVhdx } from './vhdx-structures.ts';

/** One update in the log; `bytes` are 4 KiB, or `zeros` is a number of bytes, a multiple of 4 KiB. */
export type VhdxLogWrite =
  | { offset: number; bytes: Uint8Array }
  | { offset: number; zeros: number };

/** An entry of the log. */
export interface VhdxLogEntry {
  writes: readonly VhdxLogWrite[];
  sequence: bigint;
  guid: string;
  /** Offset of the oldest valid entry in the log, in bytes. */
  tail: number;
  /** Length that the file had at least, in bytes. */
  flushedFileSize: number;
  /** End of the last structure in the file. */
  lastFileOffset: number;
}

export const vhdxLogSectorBytes: number = 4096;

/** Encodes an entry: descriptors in its first sectors, then one sector for each write with bytes. */
export function encodeVhdxLogEntry(entry: VhdxLogEntry): Uint8Array {
  const { writes, sequence } = entry;
  const unit = vhdxLogSectorBytes;
  const first = Math.ceil((64 + writes.length * 32) / unit);
  const sectors = first + writes.filter((write) => 'bytes' in write).length;
  const bytes = new Uint8Array(sectors * unit);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, 'loge');
  view.setUint32(8, bytes.length, true);
  view.setUint32(12, entry.tail, true);
  view.setBigUint64(16, sequence, true);
  view.setUint32(24, writes.length, true);
  putGuid(view, 32, entry.guid);
  view.setBigUint64(48, BigInt(entry.flushedFileSize), true);
  view.setBigUint64(56, BigInt(entry.lastFileOffset), true);
  let sector = first * unit;
  for (const [i, write] of writes.entries()) {
    const at = 64 + i * 32;
    view.setBigUint64(at + 16, BigInt(write.offset), true);
    view.setBigUint64(at + 24, sequence, true);
    if ('zeros' in write) {
      putText(bytes, at, 'zero');
      view.setBigUint64(at + 8, BigInt(write.zeros), true);
      continue;
    }
    putText(bytes, at, 'desc');
    bytes.set(write.bytes.subarray(unit - 4, unit), at + 4);
    bytes.set(write.bytes.subarray(0, 8), at + 8);
    bytes.set(write.bytes, sector);
    putText(bytes, sector, 'data');
    view.setUint32(sector + 4, Number(sequence >> 32n), true);
    view.setUint32(sector + unit - 4, Number(sequence & 0xffff_ffffn), true);
    sector += unit;
  }
  sealVhdx(bytes);
  return bytes;
}

/** Writes bytes to a ring buffer from a position, wrapping around its end. */
export function putInRing(ring: Uint8Array, at: number, bytes: Uint8Array): void {
  const fit = Math.min(bytes.length, ring.length - at);
  ring.set(bytes.subarray(0, fit), at);
  ring.set(bytes.subarray(fit), 0);
}
