import { defaultLimits, type Limits } from '../contracts/limits.ts';
import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';

/** Merges the caller's limits into the defaults. Throws `ERR_INVALID_REQUEST`, which names the limit. */
export function readLimits(given: Partial<Limits>): Limits {
  const limits = { ...defaultLimits };
  for (const [name, value] of Object.entries(given)) {
    if (!isLimit(name)) throw unknownLimit(name);
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value <= 0) {
      const message = `limits.${name} must be a positive whole number`;
      throw invalid(message, 'Correct the option and call again.');
    }
    limits[name] = value;
  }
  return limits;
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(defaultLimits, name);
}

function unknownLimit(name: string): UsageError {
  const known = Object.keys(defaultLimits);
  const meant = nearestWord(name, known);
  const hint = meant === undefined ? `Use one of: ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return invalid(`unknown limit ${JSON.stringify(name)}`, hint);
}

function invalid(message: string, hint: string): UsageError {
  const details = { field: 'limits', known: Object.keys(defaultLimits) };
  return new UsageError({ code: 'ERR_INVALID_REQUEST', message, hint, details });
}
