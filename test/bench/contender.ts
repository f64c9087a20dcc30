/** One program of a contender. */
export interface Step {
  program: string;
  parameters: string[];
  /** A file for its output; otherwise the output is kept as text. */
  stdout?: string;
}

/** One way to do a job. */
export interface Contender {
  name: string;
  /** Programs that run one after the other; `folder` is empty and made for this run. */
  steps(folder: string): Step[];
  /** The result of the run, from the folder and the output of the last step. */
  made(folder: string, printed: string): string;
  /** The file whose size on disk is reported, if that is a separate figure. */
  sized?(folder: string): string;
  /** Expected digest of the result, in the form of `digestDisk`. */
  expected: string;
  /** Does less than the job: a lower limit for every contender. */
  floor?: boolean;
}

/** Several ways to do the same; the first is rootdisk. */
export interface Job {
  title: string;
  /** Notes for reading the figures. */
  note?: string;
  /** Id of the format that rootdisk must detect, if that is not certain. */
  format?: string;
  contenders: Contender[];
}

/** The costs of a run. */
export interface Sample {
  ms: number;
  /** Until the file system has written everything to disk. */
  flushedMs: number;
  peakBytes: number;
  /** Size on disk of the resulting file, if it is a separate figure. */
  madeBytes?: number;
}

/** A contender after all its runs: samples, or the reason why there is no figure. */
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
