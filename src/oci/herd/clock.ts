import { randomBytes } from 'node:crypto';
import { sleep } from '../../kit/abort.ts';

/** Time and random numbers, so that tests can replace both. */
export interface HerdClock {
  /** Milliseconds of a monotonic clock. */
  elapsed(): number;
  date(): Date;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A random number from 0 to 1 (exclusive). */
  chance(): number;
  /** A name that no other host has. */
  hostName(): string;
}

export const systemClock: HerdClock = {
  elapsed: () => performance.now(),
  date: () => new Date(),
  sleep,
  chance: Math.random,
  hostName: () => randomBytes(12).toString('hex'),
};

/** Steepness of the timers: with this value, up to e^12 hosts can share a window as well as a few can. */
const steepness = 12;

/**
 * Timer of one host, from 0 to `windowMs`: truncated exponential, so that of any number of hosts only a few are early
 * (feedback suppression by timers, J. Nonnenmacher and E. W. Biersack, 1998).
 */
export function drawTimer(windowMs: number, chance: number): number {
  return (windowMs / steepness) * Math.log1p(chance * Math.expm1(steepness));
}

/**
 * Pause before the next check of the tag: an eighth of the time waited so far, from 1 s to 15 s, multiplied by a
 * random factor of 0.5 to 1.5.
 */
export function drawPause(waitedMs: number, chance: number): number {
  return Math.min(15_000, Math.max(1_000, waitedMs / 8)) * (0.5 + chance);
}
