import type { Random } from './random.ts';

/** All combinations, which takes several minutes; otherwise each case meets one kind of image, another one with each seed. */
const all = process.env['ROOTDISK_FAULTS'] === 'all';

/** The cases whose turn it is with the kind of that index, out of `kinds`. */
export function inTurn<T>(cases: readonly T[], kind: number, kinds: number, random: Random): T[] {
  return cases.filter((_, index) => all || (index + kind + random.seed) % kinds === 0);
}
