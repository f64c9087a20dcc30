import type { ProgressEvent, Stage } from '../../contracts/progress.ts';
import { defined } from '../../kit/defined.ts';

/** Where a call is, gathered from its events. */
export interface ProgressState {
  stage?: Stage;
  message: string;
  wait?: Count;
  fetch?: Count;
  decode?: Count;
}

/** Bytes done, of how many where that is known. */
export interface Count {
  bytes: number;
  totalBytes?: number;
  bytesPerSecond?: number;
}

/** What the call is busy with and can be counted. */
export interface Activity extends Count {
  label: 'wait' | 'fetch' | 'decode';
  /** Percent of the disk that is decoded, when decoding cannot keep up with the download. */
  decodedPercent?: number;
}

/** Percentage points by which decoding may trail the download before that is worth a word. */
const lag = 10;

/** The state after an event. Fetching and decoding run side by side, so a stage does not end the one before. */
export function advance(state: ProgressState, event: ProgressEvent): ProgressState {
  switch (event.type) {
    case 'stage':
      return { ...state, stage: event.stage, message: event.message };
    case 'wait': {
      const { bytes, totalBytes } = event;
      return { ...state, wait: defined({ bytes, totalBytes }) };
    }
    case 'fetch': {
      const { bytes, totalBytes, bytesPerSecond } = event;
      return { ...state, fetch: defined({ bytes, bytesPerSecond, totalBytes }) };
    }
    case 'decode': {
      const { bytes, virtualSize } = event;
      return { ...state, decode: defined({ bytes, totalBytes: virtualSize }) };
    }
    case 'retry':
    case 'warning':
    case 'done':
      return state;
  }
}

/** What to count for; `undefined` where only the message says what goes on. */
export function activityOf(state: ProgressState): Activity | undefined {
  const { stage, wait, fetch, decode } = state;
  if (stage === 'wait') return wait && { label: 'wait', ...wait };
  if (stage !== 'fetch' && stage !== 'decode') return undefined;
  if (fetch !== undefined && !isDone(fetch)) {
    const [fetched, decoded] = [percentOf(fetch), decode && percentOf(decode)];
    const behind = fetched !== undefined && decoded !== undefined && decoded < fetched - lag;
    return {
      label: 'fetch',
      ...fetch,
      ...defined({ decodedPercent: behind ? decoded : undefined }),
    };
  }
  return decode && !isDone(decode) ? { label: 'decode', ...decode } : undefined;
}

/** Whole percent, never more than 100; `undefined` without a total. */
export function percentOf({ bytes, totalBytes }: Count): number | undefined {
  if (totalBytes === undefined || totalBytes === 0) return undefined;
  return Math.min(100, Math.floor((100 * bytes) / totalBytes));
}

function isDone({ bytes, totalBytes }: Count): boolean {
  return totalBytes !== undefined && bytes >= totalBytes;
}
