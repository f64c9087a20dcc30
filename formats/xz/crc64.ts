import { isZeros, viewOf } from '../../src/kit.ts';

/** ECMA-182, bits reversed (xz file format 1.2, section 6). */
const polynomial = { low: 0xd787_0f42 | 0, high: 0xc96c_5795 | 0 };
/** This many zero bytes are handled at once: 64 KiB, the output size of the decoder. */
const runLog = 16;

/** Eight tables of 256: the contribution of a byte that is followed by zero to seven zero bytes. */
const lows = new Int32Array(8 * 256);
const highs = new Int32Array(8 * 256);
fillTables();
const runColumns = makeRunColumns();

/** CRC-64 as xz uses it. Works on halves of 32 bits: JavaScript has no fast 64-bit integers. */
export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    const isRun = bytes.length === 2 ** runLog && isZeros(bytes);
    if (isRun) [this.#low, this.#high] = multiply(runColumns, this.#low, this.#high);
    else this.#digest(bytes);
  }

  /** The eight bytes stored after a block, for all bytes so far. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(8);
    viewOf(bytes).setInt32(0, ~this.#low, true);
    viewOf(bytes).setInt32(4, ~this.#high, true);
    return bytes;
  }

  /** Eight bytes at a time: 1 GB/s; one byte at a time takes four times as long. */
  #digest(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    const whole = bytes.length - (bytes.length % 8);
    let low = this.#low;
    let high = this.#high;
    for (let at = 0; at < whole; at += 8) {
      const a = low ^ view.getInt32(at, true);
      const b = high ^ view.getInt32(at + 4, true);
      low = lookUp(lows, a, b);
      high = lookUp(highs, a, b);
    }
    for (let at = whole; at < bytes.length; at += 1) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
      high = (high >>> 8) ^ (highs[index] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }
}

function lookUp(table: Int32Array, a: number, b: number): number {
  return (
    (table[0x700 + (a & 0xff)] ?? 0) ^
    (table[0x600 + ((a >>> 8) & 0xff)] ?? 0) ^
    (table[0x500 + ((a >>> 16) & 0xff)] ?? 0) ^
    (table[0x400 + (a >>> 24)] ?? 0) ^
    (table[0x300 + (b & 0xff)] ?? 0) ^
    (table[0x200 + ((b >>> 8) & 0xff)] ?? 0) ^
    (table[0x100 + ((b >>> 16) & 0xff)] ?? 0) ^
    (table[b >>> 24] ?? 0)
  );
}

function fillTables(): void {
  for (let byte = 0; byte < 256; byte += 1) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = -(low & 1);
      low = ((low >>> 1) | (high << 31)) ^ (polynomial.low & carry);
      high = (high >>> 1) ^ (polynomial.high & carry);
    }
    lows[byte] = low;
    highs[byte] = high;
  }
  for (let at = 256; at < lows.length; at += 1) {
    const low = lows[at - 256] ?? 0;
    const high = highs[at - 256] ?? 0;
    lows[at] = ((low >>> 8) | (high << 24)) ^ (lows[low & 0xff] ?? 0);
    highs[at] = (high >>> 8) ^ (highs[low & 0xff] ?? 0);
  }
}

/**
 * The effect of a run of zeros on a CRC is linear: a matrix over GF(2), one column for each of the 64 bits, low half
 * before high half. Its square is the effect of a run of twice the length.
 */
function makeRunColumns(): Int32Array {
  let columns = new Int32Array(128);
  for (let bit = 0; bit < 64; bit += 1) {
    const low = bit < 32 ? 1 << bit : 0;
    const high = bit < 32 ? 0 : 1 << (bit - 32);
    const index = low & 0xff;
    columns[2 * bit] = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
    columns[2 * bit + 1] = (high >>> 8) ^ (highs[index] ?? 0);
  }
  for (let log = 0; log < runLog; log += 1) {
    const squared = new Int32Array(128);
    for (let at = 0; at < squared.length; at += 2) {
      squared.set(multiply(columns, columns[at] ?? 0, columns[at + 1] ?? 0), at);
    }
    columns = squared;
  }
  return columns;
}

function multiply(columns: Int32Array, low: number, high: number): [low: number, high: number] {
  let newLow = 0;
  let newHigh = 0;
  for (let bit = 0; bit < 64; bit += 1) {
    const isSet = -(((bit < 32 ? low : high) >>> (bit & 31)) & 1);
    newLow ^= (columns[2 * bit] ?? 0) & isSet;
    newHigh ^= (columns[2 * bit + 1] ?? 0) & isSet;
  }
  return [newLow, newHigh];
}
