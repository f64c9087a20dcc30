/** Numbers in [0, 1) from a seed; the seed is printed, and `ROOTDISK_FAULTS_SEED` sets it. */
export interface Random {
  seed: number;
  next(): number;
  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number;
}

export function createRandom(seed: number = chooseSeed()): Random {
  let state = seed >>> 0;
  const next = (): number => {
    // SplitMix32, of Guy Steele's SplitMix family.
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return { seed, next, between: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}

function chooseSeed(): number {
  const given = process.env['ROOTDISK_FAULTS_SEED'];
  const seed = given === undefined ? Date.now() % 2 ** 32 : Number(given);
  console.log(`ROOTDISK_FAULTS_SEED=${seed}`);
  return seed;
}
