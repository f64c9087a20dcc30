import type { Allowance, AllowedDefect, Allowing } from '../contracts/allowance.ts';
import type { Warning } from '../contracts/log.ts';

/** What one call allows, and what its image made use of. */
export class Allowances implements Allowing {
  readonly allow: readonly Allowance[];
  readonly #used: AllowedDefect[] = [];

  constructor(given: readonly Allowance[]) {
    this.allow = given;
  }

  /** What was allowed and was there, each once. */
  get used(): readonly AllowedDefect[] {
    return this.#used;
  }

  allows(allowance: Allowance, message: string): boolean {
    if (!this.allow.includes(allowance)) return false;
    // A stream may be decoded twice: to look at its first bytes, and to copy it.
    const isKnown = this.#used.some(
      (one) => one.allowance === allowance && one.message === message,
    );
    if (!isKnown) this.#used.push({ allowance, message });
    return true;
  }
}

/** A warning of each, for the caller. */
export function warningsOf(used: readonly AllowedDefect[]): Warning[] {
  return used.map(({ allowance, message }) => ({
    code: `allowed-${allowance}`,
    message: `${message}; allowed by ${allowance}`,
  }));
}
