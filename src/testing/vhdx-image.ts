import { isZeros } from '../kit/is-zeros.ts';
import { cutBlocks, type DiskExtent } from './cut-blocks.ts';
import {
  encodeVhdxLogEntry,
  putInRing,
  type VhdxLogWrite,
  vhdxLogSectorBytes,
} from './vhdx-log.ts';
import {
  putText,
  vhdxGuids,
  vhdxHeader,
  vhdxMetadata,
  vhdxRegionTable,
} from './vhdx-structures.ts';

/** Content and layout of a VHDX image. */
export interface VhdxImageOptions {
  /** Size of the disk in bytes, a multiple of the sector size. */
  virtualSize: number;
  extents: readonly DiskExtent[];
  /** A power of two from 1 MiB (default) to 256 MiB. */
  blockBytes?: number | undefined;
  /** Default 512. */
  sectorBytes?: 512 | 4096 | undefined;
  /** Store every block in the file, also blocks of zeros; default false. */
  fixed?: boolean | undefined;
  /** Order of the parts of the file; default `log metadata bat blocks`. */
  layout?: readonly VhdxPart[] | undefined;
  /** Receives the numbers of the blocks in the file, ascending; returns them in the order of the file. */
  order?: ((blocks: number[]) => number[]) | undefined;
  /** State of a block that is not in the file; default 0. All of these states read as zeros. */
  absent?: ((block: number) => 0 | 1 | 2 | 3 | 5) | undefined;
  /** Sectors that are written to the log instead of their place; default: none, and no log is active. */
  dirty?: VhdxDirtyLog | undefined;
}

/** The parts of a VHDX file that may be in any order. */
export type VhdxPart = 'log' | 'metadata' | 'bat' | 'blocks';

/** A log that was not replayed yet. */
export interface VhdxDirtyLog {
  /** True for a sector of the file, by its offset, that is only in the log; the file holds other bytes there. */
  holds: (offset: number) => boolean;
  /** Offset of the first entry in the log, in bytes, a multiple of 4 KiB; default 0. */
  start?: number | undefined;
  /** Number of updates in one entry; default 100. */
  perEntry?: number | undefined;
  /** Put older updates of the same sectors first; default false. */
  outdated?: boolean | undefined;
  /** Default 1. */
  sequence?: bigint | undefined;
}

/** A complete VHDX image and the offsets of its parts in bytes. */
export interface VhdxImage {
  bytes: Uint8Array;
  logOffset: number;
  logBytes: number;
  metadataOffset: number;
  batOffset: number;
  /** Number of entries in the block allocation table. */
  batEntries: number;
  /** By number of the block. */
  dataOffsets: Map<number, number>;
}

export const vhdxLogGuid = '7E57106D-0000-4000-8000-00000000CAFE';

const MiB = 1024 * 1024;
const junk = 0xaa;

/** Builds a valid VHDX image in memory. Throws a `RangeError` for an extent beyond the disk. */
export function buildVhdxImage(options: VhdxImageOptions): VhdxImage {
  const { virtualSize, blockBytes = MiB, sectorBytes = 512, fixed = false, dirty } = options;
  const chunkBlocks = (2 ** 23 * sectorBytes) / blockBytes;
  const blockCount = Math.ceil(virtualSize / blockBytes);
  const entryOf = (block: number): number => block + Math.floor(block / chunkBlocks);
  const batEntries = blockCount === 0 ? 0 : entryOf(blockCount - 1) + 1;
  const blocks = cutBlocks(options.extents, blockBytes, virtualSize);
  for (let block = 0; fixed && block < blockCount; block += 1) {
    if (!blocks.has(block)) blocks.set(block, new Uint8Array(blockBytes));
  }
  const present = [...blocks.keys()].sort((a, b) => a - b);
  const order = options.order?.(present) ?? present;

  const batBytes = Math.max(1, Math.ceil((batEntries * 8) / MiB)) * MiB;
  const sizes = { log: MiB, metadata: MiB, bat: batBytes, blocks: order.length * blockBytes };
  const places = { log: 0, metadata: 0, bat: 0, blocks: 0 };
  let fileBytes = MiB;
  for (const part of options.layout ?? (['log', 'metadata', 'bat', 'blocks'] as const)) {
    places[part] = fileBytes;
    fileBytes += sizes[part];
  }
  const dataOffsets = new Map(order.map((block, i) => [block, places.blocks + i * blockBytes]));

  const bytes = new Uint8Array(fileBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blockCount; block += 1) {
    const offset = dataOffsets.get(block);
    const at = places.bat + entryOf(block) * 8;
    const state = offset === undefined ? (options.absent?.(block) ?? 0) : 6;
    // The entry holds the offset in MiB from bit 20 on, so the offset in bytes can be added directly.
    view.setBigUint64(at, BigInt((offset ?? 0) + state), true);
  }
  for (const [block, offset] of dataOffsets) bytes.set(blocks.get(block) ?? [], offset);
  bytes.set(vhdxMetadata({ virtualSize, blockBytes, sectorBytes, fixed }), places.metadata);
  const table = vhdxRegionTable([
    { guid: vhdxGuids.bat, offset: places.bat, length: batBytes },
    { guid: vhdxGuids.metadata, offset: places.metadata, length: MiB },
  ]);
  bytes.set(table, 3 * 64 * 1024);
  bytes.set(table, 4 * 64 * 1024);
  putText(bytes, 0, 'vhdxfile');
  const log = { logOffset: places.log, logBytes: MiB };
  bytes.set(vhdxHeader({ sequence: 1n, ...log }), 64 * 1024);
  const logGuid = dirty === undefined ? {} : { logGuid: vhdxLogGuid };
  bytes.set(vhdxHeader({ sequence: 2n, ...log, ...logGuid }), 2 * 64 * 1024);
  if (dirty !== undefined) moveToLog(bytes, places.log, dirty);
  return {
    ...{ bytes, ...log, metadataOffset: places.metadata, batOffset: places.bat },
    ...{ batEntries, dataOffsets },
  };
}

/** Moves sectors from their places to the log. */
function moveToLog(bytes: Uint8Array, logOffset: number, dirty: VhdxDirtyLog): void {
  const { holds, start = 0, perEntry = 100, outdated = false, sequence = 1n } = dirty;
  const ring = bytes.subarray(logOffset, logOffset + MiB);
  const writes: VhdxLogWrite[] = [];
  const older: VhdxLogWrite[] = [];
  for (let offset = 3 * 64 * 1024; offset < bytes.length; offset += vhdxLogSectorBytes) {
    const isLog = offset >= logOffset && offset < logOffset + MiB;
    if (isLog || !holds(offset)) continue;
    const place = bytes.subarray(offset, offset + vhdxLogSectorBytes);
    writes.push(
      isZeros(place) ? { offset, zeros: place.length } : { offset, bytes: place.slice() },
    );
    place.fill(junk);
    if (outdated) older.push({ offset, bytes: place.slice() });
  }
  const all = [...older, ...writes];
  const common = { guid: vhdxLogGuid, tail: start, flushedFileSize: bytes.length };
  let at = start;
  let number = sequence;
  let used = 0;
  for (let i = 0; i < Math.max(1, all.length); i += perEntry) {
    const entry = encodeVhdxLogEntry({
      ...{ ...common, writes: all.slice(i, i + perEntry) },
      ...{ sequence: number, lastFileOffset: bytes.length },
    });
    used += entry.length;
    if (used > MiB) throw new RangeError('the log is too small for so many updates');
    putInRing(ring, at, entry);
    at = (at + entry.length) % MiB;
    number += 1n;
  }
}
