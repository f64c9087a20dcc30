import { NotFoundError } from '../errors.ts';

/** `ERR_NOT_FOUND` in one wording: what was asked for, and what exists instead. */
export function notFound(init: {
  vendor: string;
  /** What kind of thing is missing: `release`, `arch`, `variant`, `snapshot`, `parameter`. */
  field: string;
  value: string;
  known?: readonly string[];
  hint?: string;
}): NotFoundError {
  const known = [...new Set(init.known ?? [])];
  const shown = known.slice(0, 24).join(', ') + (known.length > 24 ? ', …' : '');
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
