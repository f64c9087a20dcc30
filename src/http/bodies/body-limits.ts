import type { Limits } from '../../contracts/limits.ts';
import { SlowFailure, TransientFailure, type Tuning } from '../retry.ts';
import { bodyTooLong, cutShort, wrongSize } from './body-failures.ts';

/** What a body may be: how long, and how slow. Positions and lengths are bytes of the whole file. */
export class BodyLimits {
  readonly #expectedBytes: number | undefined;
  readonly #limits: Pick<Limits, 'downloadBytes'>;
  readonly #tuning: Pick<Tuning, 'attempts'>;
  #slowFailures = 0;

  constructor(
    expectedBytes: number | undefined,
    limits: Pick<Limits, 'downloadBytes'>,
    tuning: Pick<Tuning, 'attempts'>,
  ) {
    this.#expectedBytes = expectedBytes;
    this.#limits = limits;
    this.#tuning = tuning;
  }

  /** The length that an answer states of the file: `ERR_SIZE` for another one than expected, `ERR_LIMIT` for too much. */
  checkWhole(url: URL, bytes: number | undefined): void {
    if (bytes === undefined) return;
    const wanted = this.#expectedBytes ?? bytes;
    if (bytes !== wanted) throw wrongSize(url, bytes, wanted);
    this.#checkLength(url, bytes, bytes);
  }

  /** Bytes have come up to `position`, and no more than up to `end` should. */
  checkCount(url: URL, position: number, end: number | undefined): void {
    const wanted = end ?? this.#expectedBytes;
    if (wanted !== undefined && position > wanted) throw wrongSize(url, position, wanted);
    this.#checkLength(url, position, wanted);
  }

  /** An answer has ended at `position`. `isMarked`: its end is upstream's word, so that an early one is no cut. */
  checkEnd(url: URL, position: number, end: number | undefined, isMarked: boolean): void {
    const wanted = end ?? this.#expectedBytes;
    if (wanted === undefined || position === wanted) return;
    if (isMarked) throw wrongSize(url, position, wanted);
    throw new TransientFailure(cutShort(url, position, wanted));
  }

  /** Bytes that come too slowly start no row of attempts again: so many rows of them end the transfer. */
  countSlow(error: unknown): unknown {
    if (!(error instanceof SlowFailure)) return error;
    this.#slowFailures += 1;
    return this.#slowFailures >= this.#tuning.attempts ? error.failure : error;
  }

  /** `whole`: the length of the file, where it is known. */
  #checkLength(url: URL, bytes: number, whole: number | undefined): void {
    const limit = this.#limits.downloadBytes;
    if (bytes > limit) throw bodyTooLong(url, bytes, limit, whole);
  }
}
