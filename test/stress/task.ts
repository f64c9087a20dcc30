/** What each process of a stress run is told. */
export interface Task {
  cacheDir: string;
  mirrors: Record<string, string>;
  /** Of the disk of each release. */
  digests: Record<string, string>;
}

/** What one deed came to: where a disk came from, what else was seen, or the code of an error. */
export interface Outcome {
  deed: string;
  end: string;
}
