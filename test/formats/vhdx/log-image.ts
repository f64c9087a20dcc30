import type { DiskExtent } from '../../../src/testing/cut-blocks.ts';
import { buildVhdxImage, type VhdxImage, vhdxLogGuid } from '../../../src/testing/vhdx-image.ts';
import {
  encodeVhdxLogEntry,
  putInRing,
  type VhdxLogEntry,
  type VhdxLogWrite,
} from '../../../src/testing/vhdx-log.ts';
import { vhdxHeader } from '../../../src/testing/vhdx-structures.ts';
import { content } from '../qcow2/disk.ts';
import { decodeVhdx, KiB, MiB } from './disk.ts';

export const sector: number = 4 * KiB;
export const virtualSize: number = 4 * MiB;
export const extents: DiskExtent[] = [{ position: 0, bytes: content('noise', 1, 2 * MiB) }];
// Blocks 0 and 1 are at 4 and 5 MiB; log, metadata and block table at 1, 2 and 3.
export const pristine: VhdxImage = buildVhdxImage({ virtualSize, extents });

/** A sector of one byte's value, at its offset in block 0. */
export function fill(index: number, value: number): VhdxLogWrite {
  return { offset: 4 * MiB + index * sector, bytes: new Uint8Array(sector).fill(value) };
}
/** The content of block 0 at the start of some sectors. */
export async function firstBytes(bytes: Uint8Array, count: number): Promise<number[]> {
  const sink = await decodeVhdx(bytes);
  return Array.from({ length: count }, (_, i) => sink.read(i * sector + 2000, 1)[0] ?? -1);
}

export interface Put extends Partial<VhdxLogEntry> {
  at: number;
  writes: readonly VhdxLogWrite[];
  /** Changes the entry, or returns bytes to write in its place. */
  damage?: (entry: Uint8Array) => Uint8Array;
}

/** A copy of the image with an active log of these entries, places in bytes from its start. */
export function withLog(
  entries: readonly Put[],
  image: VhdxImage = pristine,
  logBytes: number = MiB,
): Uint8Array {
  const bytes = Uint8Array.from(image.bytes);
  const { logOffset } = image;
  const ring = bytes.subarray(logOffset, logOffset + logBytes);
  for (const { at, damage, ...about } of entries) {
    const entry = encodeVhdxLogEntry({
      ...{ sequence: 1n, guid: vhdxLogGuid, tail: at },
      ...{ flushedFileSize: bytes.length, lastFileOffset: bytes.length },
      ...about,
    });
    putInRing(ring, at, damage?.(entry) ?? entry);
  }
  const header = vhdxHeader({ sequence: 3n, logOffset, logBytes, logGuid: vhdxLogGuid });
  bytes.set(header, 64 * KiB);
  return bytes;
}
