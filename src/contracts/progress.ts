import type { Warning } from './log.ts';
import type { ArtifactRole } from './vendor.ts';

/** The stages of the line, in order. */
export type Stage =
  | 'resolve'
  | 'look'
  | 'wait'
  | 'prove'
  | 'tier'
  | 'fetch'
  | 'decode'
  | 'settle'
  | 'publish';

/** What every event says beside its own. */
interface CallProgress {
  /** Which image of several (`ensureImages`); absent in a call for one. */
  reference?: string;
  /** Which file of the call is being made; absent before the first and where the event is of the whole call. */
  role?: ArtifactRole;
  /**
   * How much of the whole call is done, 0 to 1: never less than before, and 1 only with `done`. Counts the bytes of all
   * files, kernel and initrd included; absent until all their lengths are known.
   */
  fraction?: number;
}

/**
 * What `onProgress` is called with: at most every 100 ms plus the last of each stage, and never backwards within one
 * attempt. `bytes` counts from 0; totals are absent while unknown. `fraction` never goes backwards within one call.
 */
export type ProgressEvent = CallProgress &
  (
    | { type: 'stage'; stage: Stage; message: string }
    | { type: 'wait'; name: string; bytes: number; totalBytes?: number }
    | { type: 'fetch'; url: string; bytes: number; totalBytes?: number; bytesPerSecond: number }
    | { type: 'decode'; bytes: number; virtualSize?: number }
    | { type: 'retry'; attempt: number; reason: string; delayMs: number }
    | { type: 'warning'; warning: Warning }
    | { type: 'done'; origin: 'cache' | 'network' | 'tier'; path: string; elapsedMs: number }
  );

export type OnProgress = (event: ProgressEvent) => void;
