/**
 * Remembers the last short block that was decoded: most blocks of a disk are equal to it, and contain only zeros. Equal
 * bytes have an equal check, so a verified block need not be decoded again.
 */
export class ZeroBlocks {
  #bytes: Uint8Array | undefined;
  #isZero: Promise<boolean> = Promise.resolve(false);

  /**
   * Whether a block with exactly these bytes, from its header to its check, decodes to zeros; `undefined` for another
   * block.
   */
  find(bytes: Uint8Array): Promise<boolean> | undefined {
    if (this.#bytes === undefined || Buffer.compare(this.#bytes, bytes) !== 0) return undefined;
    return this.#isZero;
  }

  /** `isZero` rejects if the block is damaged. */
  remember(bytes: Uint8Array, isZero: Promise<boolean>): void {
    this.#bytes = bytes;
    this.#isZero = isZero;
    // Awaited by the next equal block; the empty handler keeps Node from reporting it earlier.
    isZero.catch(() => {});
  }
}
