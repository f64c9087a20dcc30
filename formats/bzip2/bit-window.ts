import { refuse } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { bitSlackBytes } from './bit-reader.ts';
import { findMagic, magicBits } from './find-magic.ts';

const firstBytes = 256 * 1024;

/** The current part of a file, in one piece of memory and addressed by bit. */
export class BitWindow {
  /** Followed by `bitSlackBytes` unused bytes. */
  bytes: Uint8Array = new Uint8Array(firstBytes + bitSlackBytes);
  /** The next bit, from the start of `bytes`. */
  position = 0;
  readonly #reader: StreamReader;
  #filled = 0;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  /** Bits that are already in memory. */
  get readyBits(): number {
    return this.#filled * 8 - this.position;
  }

  /** Offset of the byte that holds the next bit, in the file. */
  get offset(): number {
    return this.#reader.position - this.#filled + (this.position >>> 3);
  }

  /** Shows at most this many of the next bytes without moving; the position must be at a byte boundary. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.readyBits < length * 8 && (await this.#more())) {
      // Loops until the bytes have arrived or the file ends.
    }
    const at = this.position >>> 3;
    return this.bytes.subarray(at, Math.min(at + length, this.#filled));
  }

  /** The next six or four bytes of a stream, which may begin at any bit. */
  async take(length: number): Promise<Uint8Array> {
    while (this.readyBits < length * 8) {
      if (!(await this.#more())) {
        throw refuse('truncated', 'The bzip2 file ends inside a stream', {
          format: 'bz2',
          offset: this.offset,
        });
      }
    }
    const at = this.position >>> 3;
    const shift = 8 - (this.position & 7);
    this.position += length * 8;
    return Uint8Array.from({ length }, (_, i) => {
      const pair = ((this.bytes[at + i] ?? 0) << 8) | (this.bytes[at + i + 1] ?? 0);
      return pair >>> shift;
    });
  }

  /** Moves to the next byte boundary. */
  align(): void {
    this.position = (this.position + 7) & ~7;
  }

  /**
   * The number of bits before the next magic that is at least `from` bits ahead; all bits in memory if there is no
   * magic within `atMost` bytes or before the end of the file.
   */
  async measure(from: number, atMost: number): Promise<{ bits: number; found: boolean }> {
    let start = from;
    for (;;) {
      const found = findMagic(this.bytes, this.position + start, this.#filled);
      if (found >= 0) return { bits: found - this.position, found: true };
      start = Math.max(start, this.readyBits - magicBits + 1);
      if (this.readyBits >= atMost * 8 || !(await this.#more())) {
        return { bits: this.readyBits, found: false };
      }
    }
  }

  async #more(): Promise<boolean> {
    if (this.#filled === this.bytes.length - bitSlackBytes) this.#makeRoom();
    const piece = await this.#reader.next(this.bytes.length - bitSlackBytes - this.#filled);
    if (piece === undefined) return false;
    this.bytes.set(piece, this.#filled);
    this.#filled += piece.length;
    return true;
  }

  /** Drops bytes that were read; if they are less than half of the memory, doubles it. */
  #makeRoom(): void {
    const done = this.position >>> 3;
    const old = this.bytes;
    if (done < old.length / 2) {
      this.bytes = new Uint8Array((old.length - bitSlackBytes) * 2 + bitSlackBytes);
    }
    this.bytes.set(old.subarray(done, this.#filled));
    this.#filled -= done;
    this.position -= done * 8;
  }
}
