import type { LimitFunction } from 'p-limit';
import { untilAborted } from './until-aborted.ts';

/** Runs `task` when its origin has a slot free; an abort ends the wait for one at once. */
export type OriginSlots = <T>(
  origin: string,
  signal: AbortSignal,
  task: () => Promise<T>,
) => Promise<T>;

/** At most `perOrigin` tasks at a time for each origin. */
export function createOriginSlots(perOrigin: number): OriginSlots {
  const limits = new Map<string, LimitFunction>();
  return async (origin, signal, task) => {
    const { default: pLimit } = await import('p-limit');
    const limit = limits.get(origin) ?? pLimit(perOrigin);
    limits.set(origin, limit);
    const run = async () => {
      signal.throwIfAborted();
      return await task();
    };
    return await untilAborted(limit(run), signal);
  };
}
