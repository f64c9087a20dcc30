import { tracingChannel } from 'node:diagnostics_channel';
import type { Stage } from '../contracts/progress.ts';

/**
 * Runs a stage inside its tracing channel: `tracing:rootdisk:<stage>:start`, `:asyncEnd`, `:error` … each with
 * `{ reference, ... }`. Costs nothing while nobody subscribes.
 */
export function traced<T>(
  stage: Stage,
  about: Record<string, unknown>,
  run: () => Promise<T>,
): Promise<T> {
  return tracingChannel(`rootdisk:${stage}`).tracePromise(run, about);
}
