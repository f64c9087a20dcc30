import { NotFoundError } from '../errors.ts';
import { closestNames } from './closest-names.ts';
import { defined } from './defined.ts';

/** How many names a message shows at most. */
const shownNames = 24;

/** `ERR_NOT_FOUND` of one vendor: the field, the value that was asked for, the values there are, and a hint of its own. */
export type Missing = (
  field: string,
  value: string,
  known: Iterable<string>,
  hint?: string,
) => NotFoundError;

/** Makes the errors of one vendor; `throw missing('arch', request.arch, arches)`. */
export function notFoundIn(vendor: string): Missing {
  return (field, value, known, hint) =>
    notFound({ vendor, field, value, known: [...known], ...defined({ hint }) });
}

/** `ERR_NOT_FOUND` in one wording: what was asked for, and what exists instead. */
export function notFound(init: {
  vendor: string;
  /** What kind of thing is missing: `release`, `arch`, `variant`, `snapshot`, `parameter`. */
  field: string;
  value: string;
  /** Best first. Of a list too long to be shown whole, those most like `value` are shown first. */
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
