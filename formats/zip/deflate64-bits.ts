import { DeflateError, type HuffmanTable } from './huffman-table.ts';

const nothing = new Uint8Array(0);

/**
 * Bits of deflated data, the lowest of a byte first. `more` must be awaited before bytes are needed that may not have
 * arrived; everything else is synchronous. After the end of the data come zeros; using one of them is an error.
 */
export class Deflate64Bits {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = nothing;
  #at = 0;
  #hold = 0;
  #held = 0;
  /** Number of bytes before those in `#bytes`. */
  #before = 0;
  #ended = false;
  /** Number of zero bytes added after the end. */
  #made = 0;

  constructor(pieces: AsyncIterator<Uint8Array>) {
    this.#pieces = pieces;
  }

  /** Number of bytes used; a part of a byte counts as one. */
  get used(): number {
    return this.#before + this.#at + this.#made - (this.#held >>> 3);
  }

  /** True if all remaining bytes are in memory, or at least `bytes` of them. */
  has(bytes: number): boolean {
    return this.#ended || this.#bytes.length - this.#at >= bytes;
  }

  async more(bytes: number): Promise<void> {
    while (!this.has(bytes)) {
      const next = await this.#pieces.next();
      if (next.done === true) {
        this.#ended = true;
        return;
      }
      // Bits that were read ahead may have to be put back.
      const kept = Math.min(this.#at, 4);
      const rest = this.#bytes.subarray(this.#at - kept);
      this.#before += this.#at - kept;
      this.#at = kept;
      this.#bytes = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    }
  }

  /** At most 16 bits. */
  take(count: number): number {
    this.#fill();
    const value = this.#hold & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  symbol(table: HuffmanTable): number {
    this.#fill();
    const entry = table.fast[this.#hold & 1023] || table.slow(this.#hold);
    if (entry === 0) throw new DeflateError('bits that are not a code');
    this.#drop(entry & 15);
    return entry >>> 4;
  }

  /** Moves to the next byte boundary. */
  align(): void {
    this.#drop(this.#held & 7);
  }

  /** Whole bytes in memory, at most `count`; none only at the end. The position must be at a byte boundary. */
  bytes(count: number): Uint8Array {
    this.#at -= (this.#held >>> 3) - this.#made;
    this.#hold = 0;
    this.#held = 0;
    this.#made = 0;
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += bytes.length;
    return bytes;
  }

  #fill(): void {
    while (this.#held <= 24) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) this.#made += 1;
      else {
        this.#at += 1;
        this.#hold |= byte << this.#held;
      }
      this.#held += 8;
    }
  }

  #drop(count: number): void {
    this.#hold >>>= count;
    this.#held -= count;
    if (this.#made > 0 && this.#held < 8 * this.#made)
      throw new DeflateError('unexpected end of file');
  }
}
