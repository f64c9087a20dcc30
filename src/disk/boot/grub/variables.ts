import { aboveGrubLimit, type GrubBudget, grubLimits } from './budget.ts';
import type { Word } from './tokens.ts';

/** Variables of GRUB; an inner scope does not change the outer one. */
export class Variables {
  readonly #values = new Map<string, string | undefined>();
  readonly #exported = new Set<string>();
  readonly #outer: Variables | undefined;
  readonly #isExportedOnly: boolean;

  private constructor(outer: Variables | undefined, isExportedOnly: boolean) {
    this.#outer = outer;
    this.#isExportedOnly = isExportedOnly;
  }

  /** The variables that GRUB itself sets and exports. */
  static start(values: Readonly<Record<string, string>>): Variables {
    const variables = new Variables(undefined, false);
    for (const [name, value] of Object.entries(values)) {
      variables.set(name, value);
      variables.export(name);
    }
    return variables;
  }

  get(name: string): string | undefined {
    if (this.#values.has(name)) return this.#values.get(name);
    if (this.#outer !== undefined && this.#seesOuter(name)) return this.#outer.get(name);
    // Every version of the last ten years has all features.
    return name.startsWith('feature_') ? 'y' : undefined;
  }

  set(name: string, value: string | undefined): void {
    // GRUB also accepts `root` with parentheses.
    this.#values.set(name, name === 'root' ? value?.replace(/^\((.*)\)$/s, '$1') : value);
  }

  export(name: string): void {
    this.#exported.add(name);
  }

  /** The scope of a menu entry. */
  inner(): Variables {
    return new Variables(this, false);
  }

  /** The scope of a submenu or another configuration, which has only exported variables. */
  context(): Variables {
    return new Variables(this, true);
  }

  #seesOuter(name: string): boolean {
    return !this.#isExportedOnly || (this.#outer?.isExported(name) ?? false);
  }

  isExported(name: string): boolean {
    return this.#exported.has(name) || (this.#outer?.isExported(name) ?? false);
  }
}

/** The arguments made from words: variables replaced, and split at unquoted blanks. */
export function expandWords(
  words: readonly Word[],
  variables: Variables,
  budget: GrubBudget,
): string[] {
  const texts: string[] = [];
  let open: string | undefined;
  const close = (): void => {
    if (open === undefined) return;
    budget.spend('characters', open.length + 1);
    texts.push(open);
    open = undefined;
  };
  const add = (text: string): void => {
    open = (open ?? '') + text;
    if (open.length > grubLimits.wordBytes) {
      throw aboveGrubLimit(
        `a word of more than ${grubLimits.wordBytes} characters`,
        grubLimits.wordBytes,
      );
    }
  };
  for (const word of words) {
    for (const { text, isVariable, isQuoted } of word) {
      if (!isVariable) {
        if (text !== '' || isQuoted) add(text);
        continue;
      }
      const value = variables.get(text) ?? '';
      if (isQuoted) {
        add(value);
        continue;
      }
      budget.spend('characters', value.length);
      const [first = '', ...others] = value.split(/[ \t\n]+/);
      if (first !== '') add(first);
      for (const other of others) {
        close();
        if (other !== '') add(other);
      }
    }
    close();
  }
  return texts;
}
