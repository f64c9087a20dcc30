import { refuse } from '../../../errors.ts';

type Cost = 'commands' | 'sources' | 'lookups' | 'characters';
type Bound = Cost | 'fileBytes' | 'nesting' | 'wordBytes' | 'tokens';

/** Limits for reading one menu; real configurations need a tenth of them. */
export const grubLimits: Readonly<Record<Bound, number>> = {
  fileBytes: 1024 * 1024,
  /** In one file, including line ends. */
  tokens: 100_000,
  wordBytes: 4096,
  nesting: 32,
  commands: 10_000,
  /** Number of files that are run, and of entry folders. */
  sources: 8,
  lookups: 1000,
  /** In all words after variables were replaced. */
  characters: 4 * 1024 * 1024,
};

const shown: Readonly<Record<Cost, string>> = {
  commands: 'commands',
  sources: 'files',
  lookups: 'questions for files',
  characters: 'characters of words',
};

/** Counts the work for a menu; `spend` throws above the limit. */
export interface GrubBudget {
  spend(what: Cost, count?: number): void;
}

export function grubBudget(): GrubBudget {
  const spent: Record<Cost, number> = { commands: 0, sources: 0, lookups: 0, characters: 0 };
  return {
    spend(what, count = 1) {
      spent[what] += count;
      const limit = grubLimits[what];
      if (spent[what] > limit) throw aboveGrubLimit(`more than ${limit} ${shown[what]}`, limit);
    },
  };
}

export function aboveGrubLimit(what: string, limit: number): Error {
  return refuse('limit', `The configuration of GRUB has ${what}`, { limit });
}
