import type { ProgressEvent } from '../../contracts/progress.ts';

/** Where progress is shown. */
export interface ProgressView {
  show(event: ProgressEvent): void;
  /** A line that stays; without a line break, already escaped. */
  print(line: string): void;
  /** Leaves nothing unfinished behind. May be called again. */
  stop(): void;
}

/** Shows nothing at all. */
export const silentView: ProgressView = { show() {}, print() {}, stop() {} };
