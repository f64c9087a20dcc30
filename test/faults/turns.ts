import type { Random } from './random.ts';

/**
 * All combinations, which takes several minutes; otherwise each case runs with one kind of image, chosen by the seed.
 */
const all = process.env['ROOTDISK_FAULTS'] === 'all';

/** The cases for the kind with that index, out of `kinds`. */
export function inTurn<T>(cases: readonly T[], kind: number, kinds: number, random: Random): T[] {
  return cases.filter((_, index) => all || (index + kind + random.seed) % kinds === 0);
}
