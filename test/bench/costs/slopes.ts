import { medianMs } from '../ratios.ts';
import type { Cost } from './costs.ts';

/** The growth of one program's time, in milliseconds: `startMs` for nothing, `slopeMs` for each further GiB. */
export interface Slope {
  program: string;
  points: { gib: number; ms: number }[];
  startMs: number;
  slopeMs: number;
}

/** A line through the medians of each program, by least squares. */
export function slopesOf({ points }: Cost): Slope[] {
  const programs = points[0]?.outcome.outcomes.map(({ name }) => name) ?? [];
  return programs.flatMap((program) => {
    const known = points.flatMap(({ gib, outcome }) => {
      const own = outcome.outcomes.find(({ name }) => name === program);
      return own === undefined || own.failure !== undefined ? [] : [{ gib, ms: medianMs(own) }];
    });
    if (known.length < 2) return [];
    const meanGib = mean(known.map(({ gib }) => gib));
    const meanMs = mean(known.map(({ ms }) => ms));
    const spread = known.reduce((sum, { gib }) => sum + (gib - meanGib) ** 2, 0);
    const joint = known.reduce((sum, { gib, ms }) => sum + (gib - meanGib) * (ms - meanMs), 0);
    const slopeMs = joint / spread;
    return [{ program, points: known, slopeMs, startMs: meanMs - slopeMs * meanGib }];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
