import { refuse } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { bitSlackBytes } from './bit-reader.ts';
import { findMagic, magicBits } from './find-magic.ts';

const firstBytes = 256 * 1024;

/** The part of a file that is being read, in one piece of memory and addressed by the bit. */
export class BitWindow {
  /** With `bitSlackBytes` behind what was read so far. */
  bytes: Uint8Array = new Uint8Array(firstBytes + bitSlackBytes);
  /** The next bit, from the start of `bytes`. */
  position = 0;
  readonly #reader: StreamReader;
  #filled = 0;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  /** Bits at hand. */
  get readyBits(): number {
    return this.#filled * 8 - this.position;
  }

  /** Offset of the byte that holds the next bit, in the file. */
  get offset(): number {
    return this.#reader.position - this.#filled + (this.position >>> 3);
  }

  /** At most this many of the next bytes, for a look; the position is at a byte. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.readyBits < length * 8 && (await this.#more())) {
      // Until they are there or the file ends.
    }
    const at = this.position >>> 3;
    return this.bytes.subarray(at, Math.min(at + length, this.#filled));
  }

  /** The next six or four bytes of a stream, from whatever bit they begin at. */
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

  /** Moves on to the next whole byte. */
  align(): void {
    this.position = (this.position + 7) & ~7;
  }

  /**
   * How many bits there are before the next magic that lies `from` bits ahead or farther; everything at hand where none
   * comes within `atMost` bytes, or before the end of the file.
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

  /** What was read makes way, and where that is less than half of it the memory is doubled. */
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
