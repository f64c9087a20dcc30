import { tracingChannel } from 'node:diagnostics_channel';
import type { Stage } from '../contracts/progress.ts';

/**
 * Runs a stage inside its tracing channel: `tracing:rootdisk:<stage>:start`, `:asyncEnd`, `:error` …, each with `{
 * reference, … }`. An address as reference has no user info and query. The results of stages are not published,
 * because they contain addresses with secrets. Without a subscriber the cost is very low.
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
