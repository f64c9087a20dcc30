/** The input of each process in a stress run. */
export interface Task {
  cacheDir: string;
  mirrors: Record<string, string>;
  /** Digest of the disk of each release. */
  digests: Record<string, string>;
}

/** The result of one call: the origin of a disk, other observations, or the code of an error. */
export interface Outcome {
  deed: string;
  end: string;
}
