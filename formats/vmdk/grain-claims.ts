import { SparseNumbers } from './sparse-numbers.ts';

/**
 * Records which parts of a file already belong to a grain. Grains need not be aligned; but if they do not overlap, at
 * most one of them begins in any grain-sized unit of the file, so one number per unit is enough.
 */
export class GrainClaims {
  readonly #grainSectors: number;
  /** By unit: the place in it where a grain begins, counted from 1. */
  readonly #starts: SparseNumbers;

  constructor(grainSectors: number, maxBytes: number) {
    this.#grainSectors = grainSectors;
    this.#starts = new SparseNumbers(maxBytes);
  }

  /** False if the grain that begins at this sector overlaps one that was claimed before. */
  claim(sector: number): boolean {
    const unit = Math.floor(sector / this.#grainSectors);
    const start = (sector % this.#grainSectors) + 1;
    const before = unit === 0 ? 0 : this.#starts.get(unit - 1);
    const after = this.#starts.get(unit + 1);
    if (this.#starts.get(unit) !== 0 || before > start || (after !== 0 && after < start)) {
      return false;
    }
    this.#starts.set(unit, start);
    return true;
  }
}
