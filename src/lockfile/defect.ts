import { nearestWord } from '../kit/nearest-word.ts';

/** A fault at one place of a lock file or a catalog, before the name of the file is added. */
export class LockDefect extends Error {
  readonly hint: string;

  constructor(message: string, hint = 'Correct the file, or restore it from a copy.') {
    super(message);
    this.name = 'LockDefect';
    this.hint = hint;
  }
}

/** Refuses unknown members of an object: a misspelt one would be ignored silently. */
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
