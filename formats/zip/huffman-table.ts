const fastBits = 10;
const maxBits = 15;

/** The error in deflated data, in a few words. */
export class DeflateError extends Error {}

/**
 * A canonical Huffman code (RFC 1951, section 3.2.2). Codes of up to ten bits are looked up at once; `slow` decodes
 * longer ones bit by bit.
 */
export class HuffmanTable {
  /**
   * Indexed by the next ten bits: the symbol, shifted by four, and the length of its code; 0 if the code is longer or
   * does not exist.
   */
  readonly fast: Uint16Array = new Uint16Array(1 << fastBits);
  readonly #counts = new Uint16Array(maxBits + 1);
  readonly #symbols: Uint16Array;

  /** `name` is for the error about invalid lengths; a code that leaves bits unused may have one symbol at most. */
  constructor(lengths: Uint8Array, name: string, mayBeIncomplete: boolean) {
    for (const length of lengths) if (length > 0) this.#count(length);
    let left = 1;
    const offsets = new Uint16Array(maxBits + 2);
    for (let length = 1; length <= maxBits; length += 1) {
      left = left * 2 - (this.#counts[length] ?? 0);
      if (left < 0) throw new DeflateError(`the ${name} code has too many symbols`);
      offsets[length + 1] = (offsets[length] ?? 0) + (this.#counts[length] ?? 0);
    }
    const used = offsets[maxBits + 1] ?? 0;
    const isAlone = used === 0 || (used === 1 && this.#counts[1] === 1);
    if (left > 0 && !(mayBeIncomplete && isAlone)) {
      throw new DeflateError(`the ${name} code is incomplete`);
    }
    this.#symbols = new Uint16Array(used);
    for (const [symbol, length] of lengths.entries()) {
      if (length === 0) continue;
      const at = offsets[length] ?? 0;
      this.#symbols[at] = symbol;
      offsets[length] = at + 1;
    }
    this.#fillFast();
  }

  /** The entry for bits that `fast` does not contain; 0 for an invalid code. */
  slow(bits: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= maxBits; length += 1) {
      code |= (bits >>> (length - 1)) & 1;
      const count = this.#counts[length] ?? 0;
      if (code - count < first) return ((this.#symbols[index + code - first] ?? 0) << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }

  #count(length: number): void {
    this.#counts[length] = (this.#counts[length] ?? 0) + 1;
  }

  /** Codes arrive with their first bit lowest, so each is stored once for every possible continuation. */
  #fillFast(): void {
    let code = 0;
    let index = 0;
    for (let length = 1; length <= fastBits; length += 1) {
      for (let left = this.#counts[length] ?? 0; left > 0; left -= 1) {
        const entry = ((this.#symbols[index] ?? 0) << 4) | length;
        for (let at = reverse(code, length); at < this.fast.length; at += 1 << length) {
          this.fast[at] = entry;
        }
        code += 1;
        index += 1;
      }
      code <<= 1;
    }
  }
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit += 1) reversed |= ((code >>> bit) & 1) << (length - 1 - bit);
  return reversed;
}
