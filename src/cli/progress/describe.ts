import type { ProgressEvent } from '../../contracts/progress.ts';
import { escapeControls, formatBytes, formatClock } from '../print/format.ts';
import { type Activity, percentOf } from './state.ts';

/** An activity in words; what is not known is absent. */
export interface ActivityWords {
  label: string;
  /** `45 %` */
  percent?: string;
  /** `270 MiB of 600 MiB`, or `270 MiB` */
  amount: string;
  /** `12.3 MiB/s` */
  rate?: string;
  /** `0:27 left` */
  left?: string;
  /** `decoded 31 %` */
  behind?: string;
}

/** The pieces of a progress line, as wide from one event to the next as can be. */
export function describeActivity(activity: Activity): ActivityWords {
  const { label, bytes, totalBytes, bytesPerSecond, decodedPercent } = activity;
  const percent = percentOf(activity);
  const words: ActivityWords = { label, amount: formatBytes(bytes) };
  if (totalBytes !== undefined) words.amount += ` of ${formatBytes(totalBytes)}`;
  if (percent !== undefined) words.percent = `${percent} %`;
  if (bytesPerSecond !== undefined && bytesPerSecond > 0) {
    words.rate = `${formatBytes(bytesPerSecond)}/s`;
    if (totalBytes !== undefined && bytes < totalBytes) {
      words.left = `${formatClock((totalBytes - bytes) / bytesPerSecond)} left`;
    }
  }
  if (decodedPercent !== undefined) words.behind = `decoded ${decodedPercent} %`;
  return words;
}

/** `retry 2 in 1.5 s: connection reset` */
export function describeRetry(event: Extract<ProgressEvent, { type: 'retry' }>): string {
  const seconds = Math.round(event.delayMs / 100) / 10;
  const when = seconds > 0 ? ` in ${seconds} s` : '';
  return `retry ${event.attempt}${when}: ${escapeControls(event.reason)}`;
}
