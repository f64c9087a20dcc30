import { randomBytes } from 'node:crypto';
import { sleep } from '../../kit/abort.ts';

/** Time and chance, so that tests run without either. */
export interface HerdClock {
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number;
  date(): Date;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1 (exclusive). */
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

/** Steepness of the timers: as many hosts as e to its power share a window in the same way as a few. */
const steepness = 12;

/**
 * Timer of one host, from 0 up to `windowMs`: truncated exponential, so that of any number of hosts only a few are early
 * (feedback suppression by timers, J. Nonnenmacher and E. W. Biersack, 1998).
 */
export function drawTimer(windowMs: number, chance: number): number {
  return (windowMs / steepness) * Math.log1p(chance * Math.expm1(steepness));
}

/** Pause before the next look at the tag: an eighth of the time waited so far, from 1 s up to 15 s, half as long to half as long again. */
export function drawPause(waitedMs: number, chance: number): number {
  return Math.min(15_000, Math.max(1_000, waitedMs / 8)) * (0.5 + chance);
}
