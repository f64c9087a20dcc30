/** How many bytes have to come in how much time that is spent waiting for them. */
export interface PaceRule {
  leastBytesPerSecond: number;
  /** Milliseconds. */
  paceMs: number;
}

/** Watches that bytes come fast enough. A reader that takes its time is not what makes a transfer slow. */
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

  /** Bytes are waited for from now on. */
  wait(): void {
    this.#since = this.#now();
  }

  /** So many came. False where too few did over the whole time that the rule looks at. */
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
