/** Faults and unusual properties of a generated file; all others are as a plain writer would make them. */
export interface Bzip2Options {
  /** Default 9. */
  level?: number;
  /** Value XORed into the block CRCs of the file. */
  blockCrc?: number;
  streamCrc?: number;
  randomised?: boolean;
  /** The bytes of a block before the Burrows-Wheeler transform, instead of those computed from the content. */
  coded?: Uint8Array;
  /** The row index of the original data that the block states. */
  origin?: number;
  /** The byte values that the block states as used. */
  values?: number[];
  /** Symbols from RUNA to the end of the block, instead of the correct ones. */
  symbols?: number[];
  /** The number of prefix codes that the block states; default 2. */
  groups?: number;
  /** Bits from the number of selectors to the last selector. */
  selectorBits?: string;
  /** Bits of selectors that are stated but never used. */
  spareSelectorBits?: string;
  /** Code length of each symbol; default: the same for all. */
  lengths?: number[];
  /** Bits of the code lengths of all codes. */
  lengthBits?: string;
}

const blockMagicBits = toBits(0x314159, 24) + toBits(0x265359, 24);
const endMagicBits = toBits(0x177245, 24) + toBits(0x385090, 24);

/** The bits that begin a block, for tests that place them inside other data. */
export const blockMagicText: string = blockMagicBits;

/** A complete stream of small blocks. */
export function makeBzip2(contents: Uint8Array[], options: Bzip2Options = {}): Uint8Array {
  const { level = 9, streamCrc = 0 } = options;
  let bits = [0x42, 0x5a, 0x68, 0x30 + level].map((byte) => toBits(byte, 8)).join('');
  let combined = 0;
  for (const content of contents) {
    const crc = (crcOf(content) ^ (options.blockCrc ?? 0)) >>> 0;
    combined = ((combined << 1) | (combined >>> 31)) ^ crc;
    bits += blockMagicBits + toBits(crc, 32) + makeBlock(content, options);
  }
  bits += endMagicBits + toBits((combined ^ streamCrc) >>> 0, 32);
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}

function makeBlock(content: Uint8Array, options: Bzip2Options): string {
  const coded = options.coded ?? shortenRuns(content);
  const { last, origin } = transform(coded);
  const values = options.values ?? [...new Set(last)].sort((a, b) => a - b);
  const symbols = options.symbols ?? toSymbols(last, values);
  const { groups = 2 } = options;
  const count = values.length + 2;
  const lengths = options.lengths ?? new Array<number>(count).fill(Math.ceil(Math.log2(count)));
  const codes = makeCodes(lengths);
  const spare = options.spareSelectorBits ?? '';
  const used = Math.ceil(symbols.length / 50);
  const selectorBits =
    options.selectorBits ??
    toBits(used + (spare.match(/0/g)?.length ?? 0), 15) + '0'.repeat(used) + spare;
  return [
    options.randomised === true ? '1' : '0',
    toBits(options.origin ?? origin, 24),
    toValueBits(values),
    toBits(groups, 3),
    selectorBits,
    options.lengthBits ?? toLengthBits(lengths).repeat(groups),
    ...symbols.map((symbol) => codes[symbol]),
  ].join('');
}

/** The first run-length coding: after four equal bytes, one byte states how many more follow. */
function shortenRuns(content: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < content.length; ) {
    const byte = content[at] ?? 0;
    let run = 1;
    while (run < 259 && content[at + run] === byte) run += 1;
    for (let i = 0; i < Math.min(4, run); i += 1) bytes.push(byte);
    if (run >= 4) bytes.push(run - 4);
    at += run;
  }
  return Uint8Array.from(bytes);
}

/**
 * The Burrows-Wheeler transform by its definition: the last column of the sorted rotations, and the row that holds
 * the data.
 */
function transform(bytes: Uint8Array): { last: number[]; origin: number } {
  const { length } = bytes;
  const at = (i: number): number => bytes[i % length] ?? 0;
  const rows = Array.from(bytes.keys()).sort((a, b) => {
    for (let i = 0; i < length; i += 1) {
      const difference = at(a + i) - at(b + i);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return { last: rows.map((row) => at(row + length - 1)), origin: rows.indexOf(0) };
}

/** Move-to-front, then runs of the first position in a number system with the digits 1 and 2. */
function toSymbols(last: number[], values: number[]): number[] {
  const recent = [...values];
  const symbols: number[] = [];
  let run = 0;
  const endRun = (): void => {
    for (; run > 0; run = (run - 1) >> 1) symbols.push(run % 2 === 1 ? 0 : 1);
  };
  for (const value of last) {
    const place = recent.indexOf(value);
    if (place === 0) {
      run += 1;
      continue;
    }
    endRun();
    symbols.push(place + 1);
    recent.splice(place, 1);
    recent.unshift(value);
  }
  endRun();
  return [...symbols, values.length + 1];
}

/** Canonical codes: by length, then by symbol. */
function makeCodes(lengths: number[]): string[] {
  const codes: string[] = [];
  let code = 0;
  for (let length = 1; length <= 20; length += 1, code *= 2) {
    for (const [symbol, wanted] of lengths.entries()) {
      if (wanted !== length) continue;
      codes[symbol] = toBits(code, length);
      code += 1;
    }
  }
  return codes;
}

/** The lengths of one code, written as the first length and steps up and down. */
export function toLengthBits(lengths: number[]): string {
  let current = lengths[0] ?? 0;
  let bits = toBits(current, 5);
  for (const length of lengths) {
    for (; current < length; current += 1) bits += '10';
    for (; current > length; current -= 1) bits += '11';
    bits += '0';
  }
  return bits;
}

function toValueBits(values: number[]): string {
  const rows = Array.from({ length: 16 }, (_, row) =>
    Array.from({ length: 16 }, (__, column) => (values.includes(row * 16 + column) ? '1' : '0')),
  ).map((row) => row.join(''));
  const used = rows.filter((row) => row.includes('1'));
  return rows.map((row) => (row.includes('1') ? '1' : '0')).join('') + used.join('');
}

/** CRC-32 with the most significant bit first, by its definition. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

export function toBits(value: number, count: number): string {
  return value.toString(2).padStart(count, '0');
}

/** A bzip2 file of this content, in blocks of 4 KiB. */
export function buildBzip2File(content: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 4096) blocks.push(content.subarray(at, at + 4096));
  return makeBzip2(blocks);
}
