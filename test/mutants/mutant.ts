/** One check of the sources, removed or inverted. */
export interface Mutant {
  /** Relative to the root of the project. */
  file: string;
  /** A text that occurs in the file exactly once. */
  was: string;
  becomes: string;
}

/** Mutants of one file: pairs of the original text and its replacement. */
export function mutantsOf(
  file: string,
  pairs: readonly (readonly [was: string, becomes: string])[],
): Mutant[] {
  return pairs.map(([was, becomes]) => ({ file, was, becomes }));
}
