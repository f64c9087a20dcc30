import type { Limits } from '../../contracts/limits.ts';
import { SlowFailure, TransientFailure, type Tuning } from '../retry.ts';
import { bodyTooLong, cutShort, wrongSize } from './body-failures.ts';

/** The limits for a body: its length, and its speed. Positions and lengths are bytes of the whole file. */
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

  /**
   * Checks the length that an answer states for the file: throws `ERR_SIZE` if it differs from the expected one, and
   * `ERR_LIMIT` if it is too long.
   */
  checkWhole(url: URL, bytes: number | undefined): void {
    if (bytes === undefined) return;
    const wanted = this.#expectedBytes ?? bytes;
    if (bytes !== wanted) throw wrongSize(url, bytes, wanted);
    this.#checkLength(url, bytes, bytes);
  }

  /** Checks that bytes up to `position` do not exceed `end`. */
  checkCount(url: URL, position: number, end: number | undefined): void {
    const wanted = end ?? this.#expectedBytes;
    if (wanted !== undefined && position > wanted) throw wrongSize(url, position, wanted);
    this.#checkLength(url, position, wanted);
  }

  /**
   * Checks an answer that ended at `position`. `isMarked`: upstream marked the end, so that an early end is not an
   * interruption.
   */
  checkEnd(url: URL, position: number, end: number | undefined, isMarked: boolean): void {
    const wanted = end ?? this.#expectedBytes;
    if (wanted === undefined || position === wanted) return;
    if (isMarked) throw wrongSize(url, position, wanted);
    throw new TransientFailure(cutShort(url, position, wanted));
  }

  /** Ends the transfer after `attempts` failures for slow bytes: slow progress must not permit endless attempts. */
  countSlow(error: unknown): unknown {
    if (!(error instanceof SlowFailure)) return error;
    this.#slowFailures += 1;
    return this.#slowFailures >= this.#tuning.attempts ? error.failure : error;
  }

  /** `whole`: the length of the file, if known. */
  #checkLength(url: URL, bytes: number, whole: number | undefined): void {
    const limit = this.#limits.downloadBytes;
    if (bytes > limit) throw bodyTooLong(url, bytes, limit, whole);
  }
}
