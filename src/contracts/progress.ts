import type { Warning } from './log.ts';
import type { ArtifactRole } from './vendor.ts';

/** The stages of a call, in order. */
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

/** Fields of every event. */
interface CallProgress {
  /** Which image of several (`ensureImages`); absent in a call for one image. */
  reference?: string;
  /** Which file of the call is being made; absent before the first one, and if the event concerns the whole call. */
  role?: ArtifactRole;
  /**
   * Completed part of the whole call, 0 to 1. It never decreases, and is 1 only with `done`. Counts the bytes of all
   * files, kernel and initrd included; absent until all their lengths are known.
   */
  fraction?: number;
}

/**
 * The events of `onProgress`: at most one every 100 ms plus the last of each stage; `bytes` never decreases within
 * one attempt and starts at 0. Totals are absent while unknown. `fraction` never decreases within one call.
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

/** Receives the progress events of a call. */
export type OnProgress = (event: ProgressEvent) => void;
