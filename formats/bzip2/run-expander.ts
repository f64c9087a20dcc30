import { refuse } from '../../src/kit.ts';

/** After this many equal bytes, a byte follows with the number of further equal bytes. */
const runStart = 4;
const maxRun = runStart + 255;
/** The maximum growth of one byte of a block: five bytes become 259. */
const maxGrowth = 52;

/** Undoes the outermost coding of one block, the runs of equal bytes, piece by piece. */
export class RunExpander {
  readonly #bytes: Uint8Array;
  /** Offset of the block in the file; for messages. */
  readonly #offset: number;
  #at = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next piece, at most `atMost` bytes plus one run; `undefined` at the end. */
  next(atMost: number): Uint8Array | undefined {
    if (this.done) return undefined;
    const bytes = this.#bytes;
    const left = bytes.length - this.#at;
    const piece = new Uint8Array(Math.min(atMost, left * maxGrowth + maxRun));
    const full = piece.length - maxRun;
    let filled = 0;
    while (!this.done && filled <= full) {
      const run = findRun(bytes, this.#at);
      const plain = bytes.subarray(this.#at, Math.min(run, this.#at + piece.length - filled));
      piece.set(plain, filled);
      filled += plain.length;
      this.#at += plain.length;
      if (this.#at < run || run === bytes.length || filled > full) continue;
      const more = bytes[run + runStart];
      if (more === undefined) {
        throw refuse('corrupt-data', 'A bzip2 block ends inside a run', {
          format: 'bz2',
          offset: this.#offset,
        });
      }
      piece.fill(bytes[run] ?? 0, filled, filled + runStart + more);
      filled += runStart + more;
      this.#at = run + runStart + 1;
    }
    return piece.subarray(0, filled);
  }
}

/** The position of the next four equal bytes, or the end. It is enough to compare every third pair of neighbours. */
function findRun(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += runStart - 1) {
    const byte = bytes[at];
    if (byte !== bytes[at + 1]) continue;
    let start = at;
    while (start > from && bytes[start - 1] === byte) start -= 1;
    if (bytes[start + 2] === byte && bytes[start + 3] === byte) return start;
  }
  return bytes.length;
}
