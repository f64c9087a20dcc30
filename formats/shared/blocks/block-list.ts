/** Memory for one block of a `BlockList`, in bytes. */
export const blockListEntryBytes = 8;

/**
 * Which place in the file holds which block of the disk. Place and block are unsigned 32-bit numbers, stored as a
 * column of 64-bit keys, because a disk may have millions of blocks.
 */
export class BlockList {
  count = 0;
  #keys = new BigUint64Array(64);

  add(place: number, block: number): void {
    if (this.count === this.#keys.length) {
      const keys = new BigUint64Array(this.count * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#keys[this.count] = (BigInt(place) << 32n) | BigInt(block);
    this.count += 1;
  }

  /** Sorts the blocks in the order of the file. */
  sort(): void {
    this.#keys.subarray(0, this.count).sort();
  }

  placeAt(index: number): number {
    return Number((this.#keys[index] ?? 0n) >> 32n);
  }

  blockAt(index: number): number {
    return Number((this.#keys[index] ?? 0n) & 0xffff_ffffn);
  }

  /** All blocks in the order of the disk. */
  blocksAscending(): Uint32Array {
    const blocks = new Uint32Array(this.count);
    for (let i = 0; i < blocks.length; i += 1) blocks[i] = this.blockAt(i);
    return blocks.sort();
  }
}
