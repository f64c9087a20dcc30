import { type Allowance, allowances } from '../contracts/allowance.ts';
import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';
import { shownText } from '../kit/public-url.ts';

/**
 * The values of `allow`, without duplicates. Throws `ERR_INVALID_REQUEST` for an unknown value, with a suggestion.
 */
export function readAllow(given: unknown): Allowance[] {
  if (!Array.isArray(given)) throw invalid('allow must be a list of texts', undefined);
  return [...new Set(given.map(readWord))];
}

function readWord(word: unknown): Allowance {
  const found = allowances.find((one) => one === word);
  if (found !== undefined) return found;
  if (typeof word !== 'string') throw invalid('allow must be a list of texts', undefined);
  throw invalid(
    `allow has no word ${JSON.stringify(shownText(word))}`,
    nearestWord(word, allowances),
  );
}

function invalid(message: string, meant: string | undefined): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint:
      meant === undefined
        ? `Use one or more of: ${allowances.join(', ')}.`
        : `Did you mean ${meant}?`,
    details: { field: 'allow', known: [...allowances] },
  });
}
