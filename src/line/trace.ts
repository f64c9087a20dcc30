import { tracingChannel } from 'node:diagnostics_channel';
import type { Stage } from '../contracts/progress.ts';

/**
 * Runs a stage inside its tracing channel: `tracing:rootdisk:<stage>:start`, `:asyncEnd`, `:error` …, each with
 * `{ reference, … }`: what the caller asked for, an address without user info and query. Costs next to nothing without a
 * subscriber.
 */
export function trace<T>(
  { reference }: { reference: string },
  stage: Stage,
  about: object,
  run: () => Promise<T>,
): Promise<T> {
  return tracingChannel(`rootdisk:${stage}`).tracePromise(run, { reference, ...about });
}
