import type { BlockList } from './block-list.ts';

/** A disk whose blocks are in one file: `blocks` in the order of the file, sizes in bytes. */
export interface BlockLayout {
  blocks: BlockList;
  blockBytes: number;
  virtualSize: number;
  /** Start of the data of the block at a place in the file. */
  dataAt(place: number): number;
}

/** A range of the file and its place on the disk. */
export interface BlockPiece {
  host: number;
  guest: number;
  length: number;
}

/** One read from the file, and the pieces in it, in the order of the file. */
export interface BlockBatch {
  start: number;
  end: number;
  pieces: BlockPiece[];
}

/** The maximum range of a batch in the file. */
export const maxBatchBytes: number = 1024 * 1024;
const maxGapBytes = 16 * 1024;

/** Walks the data of a disk in the order of the file, in pieces of at most 1 MiB. */
export class BlockCursor {
  readonly #layout: BlockLayout;
  #index = 0;
  #done = 0;

  constructor(layout: BlockLayout) {
    this.#layout = layout;
  }

  /** The next piece; `undefined` at the end. */
  peek(): BlockPiece | undefined {
    const { blocks, blockBytes, virtualSize, dataAt } = this.#layout;
    if (this.#index === blocks.count) return undefined;
    const guest = blocks.blockAt(this.#index) * blockBytes + this.#done;
    return {
      host: dataAt(blocks.placeAt(this.#index)) + this.#done,
      guest,
      length: Math.min(maxBatchBytes, blockBytes - this.#done, virtualSize - guest),
    };
  }

  /** Moves past the piece that `peek` shows. */
  skip({ guest, length }: BlockPiece): void {
    const { blockBytes, virtualSize } = this.#layout;
    this.#done += length;
    if (this.#done < blockBytes && guest + length < virtualSize) return;
    this.#index += 1;
    this.#done = 0;
  }

  /** Takes pieces that are close together and completely below `readyBytes`; `undefined` if the next one is not. */
  takeBatch(readyBytes: number): BlockBatch | undefined {
    let batch: BlockBatch | undefined;
    for (let piece = this.peek(); piece !== undefined; piece = this.peek()) {
      const { host, guest, length } = piece;
      if (host + length > readyBytes) break;
      if (batch === undefined) {
        batch = { start: host, end: host + length, pieces: [piece] };
      } else {
        if (host > batch.end + maxGapBytes || host + length - batch.start > maxBatchBytes) break;
        const last = batch.pieces.at(-1);
        if (last && last.host + last.length === host && last.guest + last.length === guest) {
          last.length += length;
        } else {
          batch.pieces.push(piece);
        }
        batch.end = host + length;
      }
      this.skip(piece);
    }
    return batch;
  }
}
