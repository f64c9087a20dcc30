import type { ProgressEvent } from '../contracts/progress.ts';
import { escapeControls } from './print/format.ts';

/** `retry 2 in 1.5 s: connection reset` */
export function describeRetry(event: Extract<ProgressEvent, { type: 'retry' }>): string {
  const seconds = Math.round(event.delayMs / 100) / 10;
  const when = seconds > 0 ? ` in ${seconds} s` : '';
  return `retry ${event.attempt}${when}: ${escapeControls(event.reason)}`;
}
