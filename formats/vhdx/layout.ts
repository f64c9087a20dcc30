import type { FileRange } from './file-range.ts';

export const vhdxSectorBytes = 512;

const MiB = 1024 * 1024;
/** The table of blocks is held in memory; this number of entries has 16 MiB. */
const maxBlocks = 2 ** 21;
const sectorsPerBitmap = 2 ** 23;

/** The places in a new file. */
export interface VhdxLayout {
  virtualSize: number;
  blockBytes: number;
  /** Number of blocks between two entries of the table for sector bitmaps. */
  chunkBlocks: number;
  log: FileRange;
  metadata: FileRange;
  bat: FileRange & { length: number };
  dataOffset: number;
}

/**
 * Blocks of 1 MiB, which Microsoft recommends for ext4 ("Best practices for running Linux on Hyper-V"); larger ones
 * above 2 TiB, so that the table stays small.
 */
export function layOut(virtualSize: number): VhdxLayout {
  let blockBytes = MiB;
  while (virtualSize / blockBytes > maxBlocks) blockBytes *= 2;
  const chunkBlocks = (sectorsPerBitmap * vhdxSectorBytes) / blockBytes;
  const blocks = Math.max(1, Math.ceil(virtualSize / blockBytes));
  const entries = blocks + Math.floor((blocks - 1) / chunkBlocks);
  const length = Math.ceil((entries * 8) / MiB) * MiB;
  const start = 3 * MiB;
  return {
    virtualSize,
    blockBytes,
    chunkBlocks,
    log: { start: MiB, end: 2 * MiB },
    metadata: { start: 2 * MiB, end: start },
    bat: { start, end: start + length, length },
    dataOffset: start + length,
  };
}
