import type { Warning } from './log.ts';

/** The stages of the line, in order. */
export type Stage =
  | 'resolve'
  | 'look'
  | 'wait'
  | 'prove'
  | 'fetch'
  | 'decode'
  | 'settle'
  | 'publish';

/**
 * What `onProgress` is called with: at most every 100 ms plus the last of each stage, and never backwards within one
 * attempt. `bytes` counts from 0; totals are absent while unknown.
 */
export type ProgressEvent =
  | { type: 'stage'; stage: Stage; message: string }
  | { type: 'wait'; name: string; bytes: number; totalBytes?: number }
  | { type: 'fetch'; url: string; bytes: number; totalBytes?: number; bytesPerSecond: number }
  | { type: 'decode'; bytes: number; virtualSize?: number }
  | { type: 'retry'; attempt: number; reason: string; delayMs: number }
  | { type: 'warning'; warning: Warning }
  | { type: 'done'; origin: 'cache' | 'network'; path: string; elapsedMs: number };

export type OnProgress = (event: ProgressEvent) => void;
