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
