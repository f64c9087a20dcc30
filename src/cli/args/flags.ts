import type { OptionName } from './options.ts';

/** The options of one call, as they were given. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly (string | true)[]>;

  constructor(values: ReadonlyMap<string, readonly (string | true)[]>) {
    this.#values = values;
  }

  has(name: OptionName): boolean {
    return this.#values.has(name);
  }

  /** The value of an option that does not repeat. */
  text(name: OptionName): string | undefined {
    return this.list(name)[0];
  }

  /** All values, in order. */
  list(name: OptionName): string[] {
    return (this.#values.get(name) ?? []).filter((value) => value !== true);
  }
}
