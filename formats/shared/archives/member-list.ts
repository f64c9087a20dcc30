import { refuse } from '../../../src/kit.ts';

/** What readers of archives are made for; a raised `limits.members` is meant for codecs. */
const maxMembers = 10_000;

/** The members met so far: bounded, and no name twice, because readers disagree about which of the two wins. */
export class MemberList {
  readonly #names = new Map<string, boolean>();
  readonly #format: string;
  readonly #limit: number;
  #count = 0;

  constructor(format: string, limit: number) {
    this.#format = format;
    this.#limit = Math.min(limit, maxMembers);
  }

  /** Throws `limit` for one member too many, `ambiguous-content` for a name that was there; folders may come again. */
  add(name: string, isFolder: boolean): void {
    this.#count += 1;
    if (this.#count > this.#limit) throw tooMany(this.#format, this.#limit);
    const before = this.#names.get(name);
    if (before === undefined || (before && isFolder)) {
      this.#names.set(name, isFolder);
      return;
    }
    throw refuse(
      'ambiguous-content',
      `The ${this.#format} archive holds ${JSON.stringify(name)} twice`,
      { format: this.#format, value: name },
    );
  }
}

function tooMany(format: string, limit: number): Error {
  return refuse('limit', `The ${format} archive has more than ${limit} members`, {
    format,
    limit,
    hint: 'Unpack the archive yourself if you trust it, and give the disk alone.',
  });
}
