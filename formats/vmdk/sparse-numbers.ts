import { raiseLimit } from '../../src/kit.ts';
import { refuseVmdk } from './magic.ts';

const pageLength = 512;

/** Numbers below 2^32 by index, 0 if none was set; uses memory only near those that were set. */
export class SparseNumbers {
  readonly #pages = new Map<number, Uint32Array>();
  readonly #maxBytes: number;

  /** A number that does not fit into `maxBytes` is a `limit` error. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(index: number): number {
    return this.#pages.get(Math.floor(index / pageLength))?.[index % pageLength] ?? 0;
  }

  set(index: number, value: number): void {
    const number = Math.floor(index / pageLength);
    let page = this.#pages.get(number);
    if (page === undefined) {
      if ((this.#pages.size + 1) * pageLength * 4 > this.#maxBytes) {
        throw refuseVmdk(
          'limit',
          'keeping account of the grains takes more memory than is allowed',
          {
            limit: this.#maxBytes,
            hint: raiseLimit('tableBytes'),
          },
        );
      }
      page = new Uint32Array(pageLength);
      this.#pages.set(number, page);
    }
    page[index % pageLength] = value;
  }

  /** The first index from `from` on, below `end`, whose number is not 0; `end` where there is none. */
  nextSet(from: number, end: number): number {
    for (let index = from; index < end; ) {
      const page = this.#pages.get(Math.floor(index / pageLength));
      const pageEnd = Math.min(end, (Math.floor(index / pageLength) + 1) * pageLength);
      for (; page !== undefined && index < pageEnd; index += 1) {
        if (page[index % pageLength] !== 0) return index;
      }
      index = pageEnd;
    }
    return end;
  }
}
