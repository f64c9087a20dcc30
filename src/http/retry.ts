import type { Log } from '../contracts/log.ts';
import { TransferError } from '../errors.ts';
import { sleep } from '../kit/abort.ts';

/** Thrown inside this folder only: a failure that another attempt may cure. `failure` is what the caller will see. */
export class TransientFailure extends Error {
  readonly failure: TransferError;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: TransferError, retryAfterMs?: number) {
    super(failure.message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Reported before each wait: the attempt that failed (from 1), why, and how long the wait is. */
export type OnRetry = (event: { attempt: number; reason: string; delayMs: number }) => void;

export interface AttemptContext {
  tuning: Tuning;
  signal: AbortSignal;
  log: Log;
  onRetry: OnRetry | undefined;
}

/** Counts the attempts of one transfer and waits between them. */
export class Attempts {
  #count = 1;
  readonly #context: AttemptContext;

  constructor(context: AttemptContext) {
    this.#context = context;
  }

  /** Something arrived: the count starts again. */
  reset(): void {
    this.#count = 1;
  }

  /** Waits and returns when another attempt is due; otherwise throws the error that the caller is to see. */
  async next(error: unknown): Promise<void> {
    const { tuning, signal, log, onRetry } = this.#context;
    signal.throwIfAborted();
    const failure = error instanceof TransientFailure ? error.failure : error;
    if (failure instanceof TransferError) failure.details.attempts = this.#count;
    if (!(error instanceof TransientFailure) || this.#count >= tuning.attempts) throw failure;
    const delayMs = Math.round(retryDelay(this.#count, error.retryAfterMs, tuning));
    const event = { attempt: this.#count, reason: error.failure.message, delayMs };
    log({ level: 'debug', message: `retry: ${event.reason}`, data: event });
    onRetry?.(event);
    await sleep(delayMs, signal);
    this.#count += 1;
  }
}

/** Repeats `run` until it succeeds, fails for good, or the attempts are used up. */
export async function withRetries<T>(run: () => Promise<T>, context: AttemptContext): Promise<T> {
  const attempts = new Attempts(context);
  for (;;) {
    try {
      return await run();
    } catch (error) {
      await attempts.next(error);
    }
  }
}

/** Full jitter: anything up to a ceiling that doubles, so that many clients do not return in step. */
function retryDelay(attempt: number, retryAfterMs: number | undefined, tuning: Tuning): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, tuning.retryAfterCapMs);
  const ceiling = Math.min(tuning.backoffCapMs, tuning.backoffBaseMs * 2 ** (attempt - 1));
  return Math.random() * ceiling;
}

/** Times and counts of every transfer; there is no total timeout. Milliseconds unless the name says otherwise. */
export interface Tuning {
  /** Until a connection stands, TLS and a proxy's tunnel included. */
  connectMs: number;
  /** Without a single byte, while bytes are awaited. */
  stallMs: number;
  /** Requests in a row that bring nothing, the first included. */
  attempts: number;
  /** First ceiling of the random delay between attempts; it doubles each time. */
  backoffBaseMs: number;
  backoffCapMs: number;
  /** The longest `Retry-After` that is waited out in full. */
  retryAfterCapMs: number;
  /** Metadata requests that run at once against one origin. */
  perOrigin: number;
}

export const defaultTuning: Readonly<Tuning> = Object.freeze({
  connectMs: 30_000,
  stallMs: 30_000,
  attempts: 5,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  retryAfterCapMs: 120_000,
  perOrigin: 4,
});
