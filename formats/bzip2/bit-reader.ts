import { refuse, viewOf } from '../../src/kit.ts';

/** Bytes that must be readable after the last bit of a block: one group of symbols and a whole word. */
export const bitSlackBytes = 160;

/**
 * Reads bits, the most significant first, from bytes in memory. The `bitSlackBytes` after `end` may be read ahead but
 * are not data: if a value needs them, the error is `truncated`.
 */
export class BitReader {
  /** Bits from the start of `view`. */
  position: number;
  readonly end: number;
  readonly view: DataView;
  /** Offset of the block in the file; for messages. */
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

  /** Throws `truncated` if more bits were read than exist. */
  checkEnd(): void {
    if (this.position <= this.end) return;
    throw refuse('truncated', 'The bzip2 file ends inside a block', {
      format: 'bz2',
      offset: this.#offset,
    });
  }

  /** The error for a damaged block. If only bits after the end show the damage, the error is `truncated`. */
  damaged(what: string): Error {
    this.checkEnd();
    return refuse('corrupt-data', `A bzip2 block ${what}`, {
      format: 'bz2',
      offset: this.#offset,
    });
  }
}
