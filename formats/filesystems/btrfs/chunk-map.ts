import { badBtrfs } from './bad.ts';
import type { BtrfsSuperblock } from './superblock.ts';

const mostChunks = 65_536;
const mostStripes = 16;
const stripeBytes = 32;
/** RAID0, RAID10, RAID5, RAID6: the devices hold parts of a chunk, not whole copies. */
const striped = 0x8n | 0x40n | 0x80n | 0x100n;

interface Chunk {
  start: bigint;
  length: bigint;
  /** Places of its copies in the volume; empty for a profile that is not supported. */
  copies: number[];
}

/** Translates logical addresses, which trees and extents use, to places in the volume. */
export class ChunkMap {
  readonly #layout: BtrfsSuperblock;
  readonly #byStart = new Map<bigint, Chunk>();
  #chunks: Chunk[] = [];

  constructor(layout: BtrfsSuperblock) {
    this.#layout = layout;
    const array = layout.systemChunks;
    for (let at = 0; at < array.length; ) {
      if (at + 17 + 48 > array.length || array[at + 8] !== 228) throw badChunk('is cut');
      at += 17 + this.add(array.readBigUInt64LE(at + 9), array.subarray(at + 17));
    }
    this.settle();
  }

  /** Adds the chunk of an item; returns the item's length. Call `settle` after the last one. */
  add(start: bigint, item: Buffer): number {
    if (item.length < 48) throw badChunk('is cut');
    const length = item.readBigUInt64LE(0);
    const type = item.readBigUInt64LE(24);
    const stripes = item.readUInt16LE(44);
    const itemBytes = 48 + stripes * stripeBytes;
    if (length === 0n || stripes < 1 || stripes > mostStripes || itemBytes > item.length) {
      throw badChunk('has no length or no stripes');
    }
    const copies: number[] = [];
    for (let at = 48; at < itemBytes; at += stripeBytes) {
      if (item.readBigUInt64LE(at) !== this.#layout.device) continue;
      const place = item.readBigUInt64LE(at + 8);
      if ((type & striped) !== 0n) continue;
      if (place + length > BigInt(this.#layout.sizeBytes)) throw badChunk('leaves the volume');
      copies.push(Number(place));
    }
    // The chunks of the superblock are also in the tree.
    const known = this.#byStart.get(start);
    if (known !== undefined && known.length !== length) throw badChunk('overlaps another');
    if (known === undefined) this.#byStart.set(start, { start, length, copies });
    if (this.#byStart.size > mostChunks) {
      throw badBtrfs('limit', `The btrfs file system has more than ${mostChunks} chunks`, {
        limit: mostChunks,
      });
    }
    return itemBytes;
  }

  settle(): void {
    this.#chunks = [...this.#byStart.values()].sort((left, right) =>
      left.start < right.start ? -1 : 1,
    );
    this.#chunks.forEach((chunk, index) => {
      const next = this.#chunks[index + 1];
      if (next !== undefined && chunk.start + chunk.length > next.start)
        throw badChunk('overlaps another');
    });
  }

  /** The places of `length` bytes from a logical address, one for each copy. */
  placesOf(logical: bigint, length: number): number[] {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle]?.start ?? 0n) > logical) high = middle;
      else low = middle + 1;
    }
    const chunk = this.#chunks[low - 1];
    if (chunk === undefined || logical + BigInt(length) > chunk.start + chunk.length) {
      throw badBtrfs('corrupt-table', `The btrfs address ${logical} lies in no chunk`);
    }
    if (chunk.copies.length === 0) {
      throw badBtrfs(
        'unsupported-feature',
        'Data of the btrfs file system is spread over stripes or devices',
        {
          hint: 'Use an image whose file system lies on one disk.',
        },
      );
    }
    const inside = Number(logical - chunk.start);
    return chunk.copies.map((place) => place + inside);
  }
}

function badChunk(what: string): Error {
  return badBtrfs('corrupt-table', `A chunk of the btrfs file system ${what}`);
}
