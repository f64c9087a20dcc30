import { refuse } from '../../../errors.ts';

type Cost = 'commands' | 'sources' | 'lookups' | 'characters';
type Bound = Cost | 'fileBytes' | 'nesting' | 'wordBytes' | 'tokens';

/** What reading one menu may cost; real configurations need a tenth of it. */
export const mostOfGrub: Readonly<Record<Bound, number>> = {
  fileBytes: 1024 * 1024,
  /** Of one file, ends of lines counted too. */
  tokens: 100_000,
  wordBytes: 4096,
  nesting: 32,
  commands: 10_000,
  /** Files that are run, and folders of entries. */
  sources: 8,
  lookups: 1000,
  /** Of all words after their variables were replaced. */
  characters: 4 * 1024 * 1024,
};

const shown: Readonly<Record<Cost, string>> = {
  commands: 'commands',
  sources: 'files',
  lookups: 'questions for files',
  characters: 'characters of words',
};

/** Counts what a menu costs; `spend` refuses what is over the limit. */
export interface GrubBudget {
  spend(what: Cost, count?: number): void;
}

export function grubBudget(): GrubBudget {
  const spent: Record<Cost, number> = { commands: 0, sources: 0, lookups: 0, characters: 0 };
  return {
    spend(what, count = 1) {
      spent[what] += count;
      const limit = mostOfGrub[what];
      if (spent[what] > limit) throw tooMuchGrub(`more than ${limit} ${shown[what]}`, limit);
    },
  };
}

export function tooMuchGrub(what: string, limit: number): Error {
  return refuse('limit', `The configuration of GRUB has ${what}`, { limit });
}
