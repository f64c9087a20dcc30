import { crc32 } from 'node:zlib';

/** The layout that a writer chooses for a sparse image. */
export interface SparseImageHabits {
  /** Default 4096. */
  blockBytes?: number;
  /** Default 28 and 12. */
  headerBytes?: number;
  chunkHeaderBytes?: number;
  /** Most blocks of a chunk with data; default 64. */
  mostBlocks?: number;
  /** A checksum chunk after every other chunk; default none. */
  crcChunks?: boolean;
  /** The checksum of the disk in the header; default none. */
  checksum?: boolean;
  /** Blocks of zeros: left out (default), or filled. */
  zeros?: 'hole' | 'fill';
}

type Chunk = { type: number; blocks: number; data: Uint8Array };
type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Writes a disk, a multiple of the block size, as in libsparse/sparse_format.h of the Android Open Source Project. It
 * shares no code with the reader.
 */
export function writeSparseImage(disk: Uint8Array, habits: SparseImageHabits = {}): Bytes {
  const { blockBytes = 4096, headerBytes = 28, chunkHeaderBytes = 12, mostBlocks = 64 } = habits;
  const chunks: Chunk[] = [];
  const blocks = disk.length / blockBytes;
  const blockAt = (i: number): Uint8Array => disk.subarray(i * blockBytes, (i + 1) * blockBytes);
  for (let i = 0; i < blocks; ) {
    const kind = kindOf(blockAt(i), habits);
    let end = i + 1;
    const isFull = (): boolean => kind === 'raw' && end - i >= mostBlocks;
    while (end < blocks && !isFull() && kindOf(blockAt(end), habits) === kind) end += 1;
    const count = end - i;
    if (kind === 'raw') {
      chunks.push({
        type: 0xcac1,
        blocks: count,
        data: disk.subarray(i * blockBytes, end * blockBytes),
      });
    } else if (kind === 'hole') {
      chunks.push({ type: 0xcac3, blocks: count, data: new Uint8Array(0) });
    } else {
      chunks.push({ type: 0xcac2, blocks: count, data: disk.subarray(i * blockBytes).slice(0, 4) });
    }
    if (habits.crcChunks === true) {
      const sum = littleEndian(crc32(disk.subarray(0, end * blockBytes)));
      chunks.push({ type: 0xcac4, blocks: 0, data: sum });
    }
    i = end;
  }
  const header = new Uint8Array(headerBytes).fill(0x77);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xed26_ff3a, true);
  for (const [at, value] of [
    [4, 1],
    [6, 0],
    [8, headerBytes],
    [10, chunkHeaderBytes],
  ] as const) {
    view.setUint16(at, value, true);
  }
  view.setUint32(12, blockBytes, true);
  view.setUint32(16, blocks, true);
  view.setUint32(20, chunks.length, true);
  view.setUint32(24, habits.checksum === true ? crc32(disk) : 0, true);
  const parts = chunks.flatMap(({ type, blocks: count, data }) => {
    const head = new Uint8Array(chunkHeaderBytes).fill(0x66);
    const chunkView = new DataView(head.buffer);
    chunkView.setUint16(0, type, true);
    chunkView.setUint16(2, 0, true);
    chunkView.setUint32(4, count, true);
    chunkView.setUint32(8, chunkHeaderBytes + data.length, true);
    return [head, data];
  });
  return Uint8Array.from(Buffer.concat([header, ...parts]));
}

/** `raw`, `hole`, or the number that fills the block. */
function kindOf(block: Uint8Array, { zeros = 'hole' }: SparseImageHabits): string {
  const pattern = block.subarray(0, 4);
  for (let i = 4; i < block.length; i += 1) if (block[i] !== pattern[i % 4]) return 'raw';
  const value = Buffer.from(pattern).toString('hex');
  return value === '00000000' && zeros === 'hole' ? 'hole' : value;
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
