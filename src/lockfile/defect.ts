import { nearestWord } from '../kit/nearest-word.ts';

/** What is wrong at one place of a lock file or a catalog, before the name of the file is known. */
export class LockDefect extends Error {
  readonly hint: string;

  constructor(message: string, hint = 'Correct the file, or restore the one that was written.') {
    super(message);
    this.name = 'LockDefect';
    this.hint = hint;
  }
}

/** The members of an object, every one of them known: a misspelt one would count for nothing in silence. */
export function refuseUnknownMembers(
  members: Record<string, unknown>,
  where: string,
  known: readonly string[],
): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue;
    const meant = nearestWord(name, known);
    const place = where === '' ? '' : `${where} has an `;
    throw new LockDefect(
      `${place}unknown member ${JSON.stringify(name)}`,
      meant === undefined ? `Use only: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    );
  }
}
