import { abortable } from '../../kit/abort.ts';
import { createTaskPool, type TaskPool } from '../../kit/task-pool.ts';

/** Runs `task` when its origin has a free slot; an abort ends the wait at once. */
export type OriginSlots = <T>(
  origin: string,
  signal: AbortSignal,
  task: () => Promise<T>,
) => Promise<T>;

/** At most `perOrigin` concurrent tasks for each origin. */
export function createOriginSlots(perOrigin: number): OriginSlots {
  const pools = new Map<string, TaskPool>();
  return async (origin, signal, task) => {
    const pool = pools.get(origin) ?? createTaskPool(perOrigin);
    pools.set(origin, pool);
    const run = async () => {
      signal.throwIfAborted();
      return await task();
    };
    return await abortable(pool.run(run), signal);
  };
}
