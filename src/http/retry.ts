import { defaultLimits } from '../contracts/limits.ts';
import type { Log } from '../contracts/log.ts';
import { TransferError } from '../errors.ts';
import { sleep } from '../kit/abort.ts';
import { publicUrl } from '../kit/public-url.ts';

/**
 * Times and counts of every transfer; there is no total timeout. Milliseconds unless the name says otherwise.
 *
 * Attempts: one call has one account for image files and one for documents. A failed request, with its redirects, is
 * one attempt and counts for the original address. An address is given up after `attempts` (N) failures in a row; new
 * bytes of the file reset this count. The call ends after `attemptsPerCall` (M) failures for image files, whatever
 * happened in between. Every repeated request counts: a retry, a resumed transfer, a restart from byte 0, a mirror, a
 * further connection. After a restart, new bytes do not reset the count any more, because those of the first pass
 * were discarded. Parallel connections that fail together count as one failure. Further connections and early ranges
 * may use half of N and M, so that enough is left for the single connection that follows.
 */
export interface Tuning {
  /** Time until a connection is ready, including TLS and a proxy's tunnel. */
  connectMs: number;
  /** Time without a single byte, while bytes are awaited. */
  stallMs: number;
  /** Period of waiting over which `limits.leastBytesPerSecond` is measured. */
  paceMs: number;
  leastBytesPerSecond: number;
  /** N: failed requests in a row for one address. */
  attempts: number;
  /** M: failed requests of one call, for image files. */
  attemptsPerCall: number;
  /** First upper bound of the random delay between attempts; it doubles each time. */
  backoffBaseMs: number;
  backoffCapMs: number;
  /** The longest `Retry-After` that is waited for completely. */
  retryAfterCapMs: number;
  /** Number of concurrent metadata requests to one origin. */
  perOrigin: number;
}

export const defaultTuning: Readonly<Tuning> = Object.freeze({
  connectMs: 30_000,
  stallMs: 30_000,
  paceMs: 60_000,
  leastBytesPerSecond: defaultLimits.leastBytesPerSecond,
  attempts: 5,
  attemptsPerCall: 100,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  retryAfterCapMs: 120_000,
  perOrigin: 4,
});

/**
 * Thrown inside this folder only: a failure after which another attempt may succeed. `failure` is the error for the
 * caller.
 */
export class TransientFailure extends Error {
  readonly failure: TransferError;
  /** The wait that the server requested. */
  readonly retryAfterMs: number | undefined;
  /** Minimum wait; the random delay is added. */
  readonly atLeastMs: number;

  constructor(failure: TransferError, retryAfterMs?: number, atLeastMs = 0) {
    super(failure.message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
    this.atLeastMs = atLeastMs;
  }
}

/** Bytes arrived, but too slowly: this does not count as progress. */
export class SlowFailure extends TransientFailure {}

/**
 * A redirect led to a place that cannot be used. The address may lead to another place next time: it is requested
 * once more, then the failure is final.
 */
export class RedirectedFailure extends TransientFailure {}

/** Reported before each wait: the number of failed attempts in a row, the reason, and the length of the wait. */
export type OnRetry = (event: { attempt: number; reason: string; delayMs: number }) => void;

/** The attempts that one call has used; see `Tuning`. */
export class AttemptAccount {
  failed = 0;
  readonly perCall: number;
  readonly #addresses = new Map<string, SpentOnAddress>();

  constructor(perCall: number) {
    this.perCall = perCall;
  }

  of(address: URL): SpentOnAddress {
    const spent = this.#addresses.get(address.href) ?? { failed: 0, inRow: 0, restarted: false };
    this.#addresses.set(address.href, spent);
    return spent;
  }
}

interface SpentOnAddress {
  failed: number;
  inRow: number;
  restarted: boolean;
  last?: TransferError;
}

export interface AttemptContext {
  tuning: Tuning;
  account: AttemptAccount;
  signal: AbortSignal;
  log: Log;
  onRetry: OnRetry | undefined;
}

/** The attempts for one document or one connection: uses the account of the call and waits between them. */
export class Attempts {
  readonly #context: AttemptContext;
  readonly #address: URL;
  readonly #spent: SpentOnAddress;
  readonly #spare: boolean;
  #redirected = 0;
  #inRow: number;

  /** `spare`: the call can do without this connection, which may use half of the account. */
  constructor(context: AttemptContext, address: URL, spare = false) {
    this.#context = context;
    this.#address = address;
    this.#spent = context.account.of(address);
    this.#spare = spare;
    this.#inRow = this.#spent.inRow;
  }

  /** Throws the last attempt's error if no attempt is left. */
  require(): void {
    if (!this.#isUsedUp()) return;
    const { last } = this.#spent;
    if (last?.details.restart === true) last.details.restart = false;
    throw last ?? notAsked(this.#address, this.#context.account.failed);
  }

  /** New bytes arrived: resets the count of failures in a row. */
  progress(): void {
    if (this.#spent.restarted) return;
    this.#inRow = 0;
    this.#spent.inRow = 0;
  }

  /** Waits and returns if another attempt is allowed; otherwise throws the error for the caller. */
  async next(error: unknown): Promise<void> {
    const { tuning, signal, log, onRetry } = this.#context;
    signal.throwIfAborted();
    const failure = error instanceof TransientFailure ? error.failure : error;
    if (failure instanceof TransferError) this.#spend(failure);
    if (error instanceof RedirectedFailure) this.#redirected += 1;
    const isFinal = !(error instanceof TransientFailure) || this.#redirected > 1;
    if (isFinal || this.#isUsedUp()) throw failure;
    const delayMs = Math.round(retryDelay(this.#inRow, error, tuning));
    const event = { attempt: this.#inRow, reason: error.failure.message, delayMs };
    log({ level: 'debug', message: `retry: ${event.reason}`, data: event });
    onRetry?.(event);
    await sleep(delayMs, signal);
  }

  #spend(failure: TransferError): void {
    const spent = this.#spent;
    this.#context.account.failed += 1;
    this.#inRow += 1;
    spent.failed += 1;
    spent.inRow = Math.max(spent.inRow, this.#inRow);
    spent.last = failure;
    failure.details.attempts = spent.failed;
    if (this.#spare || failure.details.restart !== true) return;
    spent.restarted = true;
    failure.details.restart = !this.#isUsedUp();
  }

  #isUsedUp(): boolean {
    const { tuning, account } = this.#context;
    const share = this.#spare ? 0.5 : 1;
    const { attempts } = tuning;
    return this.#inRow >= Math.ceil(attempts * share) || account.failed >= account.perCall * share;
  }
}

/** Repeats the work for an address until it succeeds, fails for good, or no attempt is left. */
export async function withRetries<T>(
  address: URL,
  run: () => Promise<T>,
  context: AttemptContext,
): Promise<T> {
  const attempts = new Attempts(context, address);
  for (;;) {
    attempts.require();
    try {
      const value = await run();
      attempts.progress();
      return value;
    } catch (error) {
      await attempts.next(error);
    }
  }
}

/** Full jitter: a random delay up to a bound that doubles, so that many clients do not return at the same time. */
function retryDelay(
  attempt: number,
  { retryAfterMs, atLeastMs }: TransientFailure,
  tuning: Tuning,
): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, tuning.retryAfterCapMs);
  const ceiling = Math.min(tuning.backoffCapMs, tuning.backoffBaseMs * 2 ** (attempt - 1));
  return Math.min(atLeastMs, tuning.retryAfterCapMs) + Math.random() * ceiling;
}

function notAsked(address: URL, failed: number): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(address)} was not requested: ${failed} requests of this call have failed`,
    hint: 'Check the network and try again.',
    details: { url: publicUrl(address), attempts: 0 },
  });
}
