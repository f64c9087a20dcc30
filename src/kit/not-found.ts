import { NotFoundError } from '../errors.ts';
import { closestNames } from './closest-names.ts';
import { defined } from './defined.ts';

/** The most names that a message shows. */
const shownNames = 24;

/**
 * Makes an `ERR_NOT_FOUND` of one vendor from the field, the requested value, the existing values, and an optional
 * hint.
 */
export type Missing = (
  field: string,
  value: string,
  known: Iterable<string>,
  hint?: string,
) => NotFoundError;

/** Returns the error builder of one vendor; use `throw missing('arch', request.arch, arches)`. */
export function notFoundIn(vendor: string): Missing {
  return (field, value, known, hint) =>
    notFound({ vendor, field, value, known: [...known], ...defined({ hint }) });
}

/** `ERR_NOT_FOUND` in a uniform wording: the requested value, and the values that exist. */
export function notFound(init: {
  vendor: string;
  /** What kind of thing is missing: `release`, `arch`, `variant`, `snapshot`, `parameter`. */
  field: string;
  value: string;
  /** Best first. If the list is too long to show, the names most similar to `value` come first. */
  known?: readonly string[];
  hint?: string;
}): NotFoundError {
  const known = [...new Set(init.known ?? [])];
  const shown = showNames(init.value, known);
  const word = init.field === 'arch' ? 'architecture' : init.field;
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${init.vendor} has no ${word} ${JSON.stringify(init.value)}${known.length > 0 ? `; it has ${shown}` : ''}`,
    hint:
      init.hint ??
      (known.length > 0 ? `Ask for one of: ${shown}.` : `Run: rootdisk list ${init.vendor}`),
    details: { vendor: init.vendor, field: init.field, value: init.value, known },
  });
}

function showNames(value: string, known: string[]): string {
  if (known.length <= shownNames) return known.join(', ');
  const nearestFirst = [...new Set([...closestNames(value, known), ...known])];
  return `${nearestFirst.slice(0, shownNames).join(', ')}, …`;
}
