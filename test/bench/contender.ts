/** One program of a contender. */
export interface Step {
  program: string;
  parameters: string[];
  /** A file that takes what it prints; otherwise it is kept as text. */
  stdout?: string;
}

/** One way to do a job. */
export interface Contender {
  name: string;
  /** Programs that run one after the other; `folder` is empty and made for this run. */
  steps(folder: string): Step[];
  /** What the run made, from the folder and from what the last step printed. */
  made(folder: string, printed: string): string;
  /** The file whose room on disk is told, where that is a figure of its own. */
  sized?(folder: string): string;
  /** Digest of what must have been made, as `digestDisk` gives it. */
  expected: string;
  /** Does less than the job: no contender can be faster. */
  floor?: boolean;
}

/** Several ways to do the same; the first is rootdisk. */
export interface Job {
  title: string;
  /** What the figures are to be read with. */
  note?: string;
  /** Id of the format that rootdisk must read for it, where that is not certain. */
  format?: string;
  contenders: Contender[];
}

/** What a run took. */
export interface Sample {
  ms: number;
  /** Until the file system has everything on disk. */
  flushedMs: number;
  peakBytes: number;
  /** Room on disk of the file that was made, where it is a figure of its own. */
  madeBytes?: number;
}

/** A contender after all its runs: samples, or why there is no figure. */
export interface Outcome {
  name: string;
  floor?: boolean;
  samples: Sample[];
  failure?: string;
}

export interface JobOutcome {
  title: string;
  note?: string;
  outcomes: Outcome[];
}
