import { refuse, viewOf } from '../../src/kit.ts';

/** Bytes that have to be addressable behind the last bit of a block: one group of symbols and a whole word. */
export const bitSlackBytes = 160;

/**
 * Reads bits, the most significant first, from bytes in memory. What lies behind `end` may be addressed (`bitSlackBytes` of
 * it) and is never taken for data: asking for it is `truncated`.
 */
export class BitReader {
  /** Bits from the start of `view`. */
  position: number;
  readonly end: number;
  readonly view: DataView;
  /** Where the block lies in the file; for messages. */
  readonly #offset: number;

  constructor(bytes: Uint8Array, position: number, end: number, offset: number) {
    this.view = viewOf(bytes);
    this.position = position;
    this.end = end;
    this.#offset = offset;
  }

  /** The next 1 to 24 bits as a number. */
  read(count: number): number {
    const at = this.position;
    this.position = at + count;
    this.checkEnd();
    return (this.view.getUint32(at >>> 3) << (at & 7)) >>> (32 - count);
  }

  /** Throws `truncated` once more was read than there is. */
  checkEnd(): void {
    if (this.position <= this.end) return;
    throw refuse('truncated', 'The bzip2 file ends inside a block', {
      format: 'bz2',
      offset: this.#offset,
    });
  }

  /** The refusal of a damaged block. Damage that only the bits behind the end show is an end. */
  damaged(what: string): Error {
    this.checkEnd();
    return refuse('corrupt-data', `A bzip2 block ${what}`, {
      format: 'bz2',
      offset: this.#offset,
    });
  }
}
