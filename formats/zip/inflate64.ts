import { type BlockCodes, fixedCodes, readBlockCodes } from './block-codes.ts';
import { Deflate64Bits } from './deflate64-bits.ts';
import { DeflateError } from './huffman-table.ts';

/**
 * Deflate64 (APPNOTE 4.4.5, method 9), what the file manager of Windows writes above 2 GiB: RFC 1951 with a window of
 * 64 KiB, two more distance codes, and a last length code with 16 bits after it. Own code, because zlib and with it
 * Node.js does not read it, and the packages that do hold a whole member in memory.
 */
const windowBytes = 64 * 1024;
const stepBytes = 256 * 1024;
const maxLength = 3 + 0xffff;
/** More than the header of a block may take, and than a length and a distance may. */
const headerBytes = 1024;
const pairBytes = 16;

const lengthExtra = bytesOf(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  16,
);
const lengthBase = basesOf(lengthExtra, 3);
// The last one begins anew.
lengthBase[28] = 3;
const distanceExtra = bytesOf(
  0,
  0,
  0,
  0,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  5,
  6,
  6,
  7,
  7,
  8,
  8,
  9,
  9,
  10,
  10,
  11,
  11,
  12,
  12,
  13,
  13,
  14,
  14,
);
const distanceBase = basesOf(distanceExtra, 1);
/** One stream of Deflate64; it ends by itself. Holds its window and one step of output, whatever the data say. */
export class Inflate64 {
  readonly #bits: Deflate64Bits;
  /** The window, the output of a step, and room for the longest match. */
  readonly #out = new Uint8Array(windowBytes + stepBytes + maxLength);
  #start = 0;
  #end = 0;

  constructor(pieces: AsyncIterator<Uint8Array>) {
    this.#bits = new Deflate64Bits(pieces);
  }

  /** Bytes of the input that the stream took; more may have been read. */
  get used(): number {
    return this.#bits.used;
  }

  /** Throws `DeflateError` for data that are none. */
  async *run(): AsyncGenerator<Uint8Array> {
    for (let isLast = false; !isLast; ) {
      await this.#bits.more(headerBytes);
      isLast = this.#bits.take(1) === 1;
      const type = this.#bits.take(2);
      if (type === 3) throw new DeflateError('invalid block type');
      if (type === 0) yield* this.#stored();
      else yield* this.#packed(type === 1 ? fixedCodes : readBlockCodes(this.#bits));
    }
    if (this.#end > this.#start) yield this.#take();
  }

  async *#stored(): AsyncGenerator<Uint8Array> {
    this.#bits.align();
    const length = this.#bits.take(16);
    if ((length ^ this.#bits.take(16)) !== 0xffff)
      throw new DeflateError('invalid stored block lengths');
    for (let left = length; left > 0; ) {
      await this.#bits.more(1);
      const bytes = this.#bits.bytes(left);
      if (bytes.length === 0) throw new DeflateError('unexpected end of file');
      this.#out.set(bytes, this.#end);
      this.#end += bytes.length;
      left -= bytes.length;
      if (this.#isFull()) yield this.#take();
    }
  }

  async *#packed(codes: BlockCodes): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (!this.#bits.has(pairBytes)) await this.#bits.more(pairBytes);
      if (this.#step(codes)) return;
      if (this.#isFull()) yield this.#take();
    }
  }

  /** Symbols as long as there are bits and room for them; whether the block has ended. */
  #step({ literals, distances }: BlockCodes): boolean {
    const bits = this.#bits;
    const out = this.#out;
    do {
      const symbol = bits.symbol(literals);
      if (symbol < 256) {
        out[this.#end] = symbol;
        this.#end += 1;
        continue;
      }
      if (symbol === 256) return true;
      const length = codeValue(bits, symbol - 257, lengthBase, lengthExtra);
      const distance = codeValue(bits, bits.symbol(distances), distanceBase, distanceExtra);
      if (distance > this.#end) throw new DeflateError('invalid distance too far back');
      this.#copy(distance, length);
    } while (!this.#isFull() && bits.has(pairBytes));
    return false;
  }

  /** A match may run into itself, which repeats it. */
  #copy(distance: number, length: number): void {
    const out = this.#out;
    const end = this.#end + length;
    if (distance >= length) {
      out.copyWithin(this.#end, this.#end - distance, end - distance);
    } else if (distance === 1) {
      out.fill(out[this.#end - 1] ?? 0, this.#end, end);
    } else {
      for (let at = this.#end; at < end; at += 1) out[at] = out[at - distance] ?? 0;
    }
    this.#end = end;
  }

  #isFull(): boolean {
    return this.#end >= windowBytes + stepBytes;
  }

  /** What is new; the window moves to the front. */
  #take(): Uint8Array {
    const bytes = this.#out.slice(this.#start, this.#end);
    const kept = Math.min(windowBytes, this.#end);
    this.#out.copyWithin(0, this.#end - kept, this.#end);
    this.#start = kept;
    this.#end = kept;
    return bytes;
  }
}

function codeValue(
  bits: Deflate64Bits,
  code: number,
  bases: Uint32Array,
  extras: Uint8Array,
): number {
  const base = bases[code];
  const extra = extras[code];
  if (base === undefined || extra === undefined) throw new DeflateError('invalid length code');
  return base + bits.take(extra);
}

function bytesOf(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** Every base follows the range of the one before it. */
function basesOf(extras: Uint8Array, first: number): Uint32Array {
  const bases = new Uint32Array(extras.length);
  let base = first;
  for (const [i, extra] of extras.entries()) {
    bases[i] = base;
    base += 1 << extra;
  }
  return bases;
}
