import type { Allowance, AllowedDefect, Allowing } from '../contracts/allowance.ts';
import type { Warning } from '../contracts/log.ts';

/** The allowances of one call, and those that its image used. */
export class Allowances implements Allowing {
  readonly allow: readonly Allowance[];
  readonly #used: AllowedDefect[] = [];

  constructor(given: readonly Allowance[]) {
    this.allow = given;
  }

  /** The allowances that were used, without duplicates. */
  get used(): readonly AllowedDefect[] {
    return this.#used;
  }

  allows(allowance: Allowance, message: string): boolean {
    if (!this.allow.includes(allowance)) return false;
    // A stream may be decoded twice: to probe its first bytes, and to copy it.
    const isKnown = this.#used.some(
      (one) => one.allowance === allowance && one.message === message,
    );
    if (!isKnown) this.#used.push({ allowance, message });
    return true;
  }
}

/** One warning for each used allowance, for the caller. */
export function warningsOf(used: readonly AllowedDefect[]): Warning[] {
  return used.map(({ allowance, message }) => ({
    code: `allowed-${allowance}`,
    message: `${message}; accepted by --allow ${allowance} (allow)`,
  }));
}
