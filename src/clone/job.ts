import type { ClonedDisk } from '../contracts/clone.ts';
import type { Warning } from '../contracts/log.ts';
import type { CloneSource } from './source.ts';

/** What the steps of one clone share. */
export interface CloneJob {
  source: CloneSource;
  /** Absolute. */
  output: string;
  /** Beside the output; gone when the call ends. */
  partial: string;
  force: boolean;
  signal: AbortSignal;
  warn: (warning: Warning) => void;
  onProgress: (bytes: number, totalBytes: number) => void;
}

/** What a step has made; the rest is read off the file. */
export type MadeClone = Omit<ClonedDisk, 'path' | 'sizeBytes' | 'allocatedBytes' | 'warnings'>;
