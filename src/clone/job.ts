import type { ClonedDisk } from '../contracts/clone.ts';
import type { Warning } from '../contracts/log.ts';
import type { CloneSource } from './source.ts';

/** The shared state of the steps of one clone. */
export interface CloneJob {
  source: CloneSource;
  /** Absolute path. */
  output: string;
  /** A temporary path beside the output; it is gone when the call ends. */
  partial: string;
  force: boolean;
  signal: AbortSignal;
  warn: (warning: Warning) => void;
  onProgress: (bytes: number, totalBytes: number) => void;
}

/** The facts that a step returns; the rest is read from the file. */
export type MadeClone = Omit<ClonedDisk, 'path' | 'sizeBytes' | 'allocatedBytes' | 'warnings'>;
