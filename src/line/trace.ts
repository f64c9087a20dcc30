import { tracingChannel } from 'node:diagnostics_channel';
import type { Stage } from '../contracts/progress.ts';

/**
 * Runs a stage inside its tracing channel: `tracing:rootdisk:<stage>:start`, `:asyncEnd`, `:error` …, each with
 * `{ reference, … }`: what the caller asked for, an address without user info and query. What the stage makes is not told:
 * it holds addresses with all their secrets. Costs next to nothing without a subscriber.
 */
export async function trace<T>(
  { reference }: { reference: string },
  stage: Stage,
  about: object,
  run: () => Promise<T>,
): Promise<T> {
  const made: T[] = [];
  await tracingChannel(`rootdisk:${stage}`).tracePromise(
    async () => {
      made.push(await run());
    },
    { reference, ...about },
  );
  return made[0] as T;
}
