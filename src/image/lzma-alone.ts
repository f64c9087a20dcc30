import { refuse } from '../errors.ts';

const headerBytes = 13;
const topBits = 2 ** 24;
const half = 1024;

/**
 * The content of an `.lzma` file (LZMA specification of the 7-Zip SDK), at most `maxBytes`: Linux packs some kernels
 * in this format, which the xz decoder does not support. Ends at its end marker, at the length in its header, or at
 * `maxBytes`.
 */
export function decodeLzmaAlone(packed: Uint8Array, maxBytes: number): Uint8Array {
  const header = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const properties = header[0] ?? 255;
  if (header.length < headerBytes + 5 || properties >= 225) throw damaged();
  const declared = header.readBigUInt64LE(5);
  const length = declared < BigInt(maxBytes) ? Number(declared) : maxBytes;
  const positionBits = Math.floor(properties / 45);
  const literalPositionBits = Math.floor(properties / 9) % 5;
  const literalBits = properties % 9;
  const output = Buffer.alloc(length);
  const bits = new RangeBits(header, headerBytes);
  const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(half);
  const literals = probabilities(0x300 << (literalBits + literalPositionBits));
  const isMatch = probabilities(12 << 4);
  const isRepeat = probabilities(12);
  const isRepeat0 = probabilities(12);
  const isRepeat1 = probabilities(12);
  const isRepeat2 = probabilities(12);
  const isLongRepeat0 = probabilities(12 << 4);
  const slots = probabilities(4 * 64);
  const middle = probabilities(128);
  const aligned = probabilities(16);
  const [matchLength, repeatLength] = [new Lengths(probabilities), new Lengths(probabilities)];
  const repeats: [number, number, number, number] = [0, 0, 0, 0];
  let state = 0;
  let at = 0;
  while (at < length) {
    const place = at & ((1 << positionBits) - 1);
    if (bits.bit(isMatch, (state << 4) + place) === 0) {
      const before = at === 0 ? 0 : (output[at - 1] ?? 0);
      const context =
        ((at & ((1 << literalPositionBits) - 1)) << literalBits) + (before >> (8 - literalBits));
      let symbol = 1;
      if (state >= 7) {
        if (repeats[0] >= at) throw damaged();
        let match = output[at - repeats[0] - 1] ?? 0;
        while (symbol < 0x100) {
          const matchBit = (match >> 7) & 1;
          match <<= 1;
          const bit = bits.bit(literals, 0x300 * context + ((1 + matchBit) << 8) + symbol);
          symbol = (symbol << 1) | bit;
          if (bit !== matchBit) break;
        }
      }
      while (symbol < 0x100) {
        symbol = (symbol << 1) | bits.bit(literals, 0x300 * context + symbol);
      }
      output[at] = symbol & 0xff;
      at += 1;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count = 0;
    if (bits.bit(isRepeat, state) === 1) {
      if (at === 0) throw damaged();
      if (bits.bit(isRepeat0, state) === 0) {
        if (bits.bit(isLongRepeat0, (state << 4) + place) === 0) count = 1;
      } else if (bits.bit(isRepeat1, state) === 0) {
        repeats.unshift(...repeats.splice(1, 1));
      } else {
        repeats.unshift(...repeats.splice(bits.bit(isRepeat2, state) === 0 ? 2 : 3, 1));
      }
      state = count === 1 ? (state < 7 ? 9 : 11) : state < 7 ? 8 : 11;
      count ||= repeatLength.read(bits, place) + 2;
    } else {
      count = matchLength.read(bits, place) + 2;
      state = state < 7 ? 7 : 10;
      const slot = bits.tree(slots, Math.min(count - 2, 3) * 64, 6);
      let distance = slot;
      if (slot >= 4) {
        const extra = (slot >> 1) - 1;
        distance = (2 | (slot & 1)) * 2 ** extra;
        distance +=
          slot < 14
            ? bits.reverse(middle, distance - slot, extra)
            : bits.direct(extra - 4) * 16 + bits.reverse(aligned, 0, 4);
      }
      repeats.pop();
      repeats.unshift(distance);
      if (distance === 0xffffffff) return output.subarray(0, at);
    }
    const from = at - repeats[0] - 1;
    if (from < 0) throw damaged();
    const end = Math.min(at + count, length);
    for (let source = from; at < end; at += 1, source += 1) output[at] = output[source] ?? 0;
  }
  return output;
}

/** Lengths of matches: 3 bits, 3 bits or 8 bits. */
class Lengths {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly middle: Uint16Array;
  readonly high: Uint16Array;
  constructor(probabilities: (count: number) => Uint16Array) {
    this.choice = probabilities(2);
    this.low = probabilities(16 * 8);
    this.middle = probabilities(16 * 8);
    this.high = probabilities(256);
  }
  read(bits: RangeBits, place: number): number {
    if (bits.bit(this.choice, 0) === 0) return bits.tree(this.low, place * 8, 3);
    if (bits.bit(this.choice, 1) === 0) return 8 + bits.tree(this.middle, place * 8, 3);
    return 16 + bits.tree(this.high, 0, 8);
  }
}

/** The range decoder. */
class RangeBits {
  readonly #bytes: Buffer;
  #at: number;
  #range = 0xffffffff;
  #code: number;
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#code = bytes.readUInt32BE(at + 1);
    this.#at = at + 5;
  }
  bit(probabilities: Uint16Array, index: number): 0 | 1 {
    const probability = probabilities[index];
    if (probability === undefined) throw damaged();
    const bound = (this.#range >>> 11) * probability;
    const isZero = this.#code < bound;
    if (isZero) {
      this.#range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#range -= bound;
      this.#code -= bound;
      probabilities[index] = probability - (probability >> 5);
    }
    this.#fill();
    return isZero ? 0 : 1;
  }
  tree(probabilities: Uint16Array, base: number, width: number): number {
    let symbol = 1;
    for (let count = 0; count < width; count += 1) {
      symbol = (symbol << 1) | this.bit(probabilities, base + symbol);
    }
    return symbol - (1 << width);
  }
  reverse(probabilities: Uint16Array, base: number, width: number): number {
    let [symbol, value] = [1, 0];
    for (let count = 0; count < width; count += 1) {
      const bit = this.bit(probabilities, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << count;
    }
    return value;
  }
  direct(width: number): number {
    let value = 0;
    for (let count = 0; count < width; count += 1) {
      this.#range = this.#range >>> 1;
      const isOne = this.#code >= this.#range;
      if (isOne) this.#code -= this.#range;
      value = value * 2 + (isOne ? 1 : 0);
      this.#fill();
    }
    return value;
  }
  #fill(): void {
    if (this.#range >= topBits) return;
    const next = this.#bytes[this.#at];
    if (next === undefined) throw damaged();
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | next) >>> 0;
    this.#at += 1;
  }
}

function damaged(): Error {
  return refuse('corrupt-data', 'The lzma data is damaged');
}
