/** One check of the sources, taken out or turned round. */
export interface Mutant {
  /** Relative to the root of the project. */
  file: string;
  /** Text that stands in the file exactly once. */
  was: string;
  becomes: string;
}

/** Mutants of one file: pairs of what stands there and what takes its place. */
export function mutantsOf(
  file: string,
  pairs: readonly (readonly [was: string, becomes: string])[],
): Mutant[] {
  return pairs.map(([was, becomes]) => ({ file, was, becomes }));
}
