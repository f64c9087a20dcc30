import { refuse } from '../../../src/kit.ts';
import { plainMemberName } from './member-name.ts';
import type { Members } from './members.ts';

/** The members of an archive that must hold exactly these files; refuses the first other one. */
export class ExactMembers implements Members {
  readonly #format: string;
  readonly #missing: Set<string>;
  readonly #names: readonly string[];

  constructor(format: string, names: readonly string[]) {
    this.#format = format;
    this.#names = names;
    this.#missing = new Set(names);
  }

  addFile(stored: string, ...others: string[]): string {
    const [name = '', ...rest] = [stored, ...others].map((one) =>
      plainMemberName(one, this.#format),
    );
    if (!this.#names.includes(name) || rest.some((other) => other !== name)) {
      throw this.#unexpected(stored);
    }
    if (this.#missing.delete(name)) return name;
    throw refuse('ambiguous-content', `The ${this.#format} archive holds ${quote(name)} twice`, {
      format: this.#format,
      value: name,
    });
  }

  addFolder(stored: string): void {
    plainMemberName(stored, this.#format);
    throw this.#unexpected(stored);
  }

  addOther(_stored: string, _isLink: boolean, refusal: Error): void {
    throw refusal;
  }

  /** Call it at the end of the archive. */
  finish(): void {
    const [name] = this.#missing;
    if (name === undefined) return;
    throw refuse('not-an-image', `The ${this.#format} archive holds no ${quote(name)}`, {
      format: this.#format,
      value: name,
      hint: 'Report it to the publisher of the bundle: a member is missing.',
    });
  }

  #unexpected(stored: string): Error {
    const only = this.#names.map(quote).join(', ');
    return refuse(
      'ambiguous-content',
      `The ${this.#format} archive holds ${quote(stored)}, and may hold only ${only}`,
      {
        format: this.#format,
        value: stored.slice(0, 200),
        hint: 'Report it to the publisher of the bundle: it holds a file that is not allowed.',
      },
    );
  }
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}
