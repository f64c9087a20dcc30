/** How many bytes must arrive within a period of waiting for them. */
export interface PaceRule {
  leastBytesPerSecond: number;
  /** Length of the period in milliseconds. */
  paceMs: number;
}

/** Checks that bytes arrive fast enough. A slow reader does not count. */
export class Pace {
  readonly #rule: PaceRule;
  readonly #now: () => number;
  #since = 0;
  #waitedMs = 0;
  #bytes = 0;

  constructor(rule: PaceRule, now: () => number = () => performance.now()) {
    this.#rule = rule;
    this.#now = now;
  }

  /** From now on, the reader waits for bytes. */
  wait(): void {
    this.#since = this.#now();
  }

  /** This many bytes arrived. False if too few arrived over the whole period of the rule. */
  keepsUp(bytes: number): boolean {
    const { leastBytesPerSecond, paceMs } = this.#rule;
    this.#waitedMs += this.#now() - this.#since;
    this.#bytes += bytes;
    if (this.#waitedMs < paceMs) return true;
    const isFast = this.#bytes * 1000 >= leastBytesPerSecond * this.#waitedMs;
    this.#waitedMs = 0;
    this.#bytes = 0;
    return isFast;
  }
}
