/** Integers below a limit. */
export type Random = (below: number) => number;

/** A small generator whose seed repeats a run (xorshift32). */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e37_79b1) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // Seeds that are neighbours start with similar numbers.
  for (let count = 0; count < 8; count += 1) next();
  return (below) => next() % below;
}
