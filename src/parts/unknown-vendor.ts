import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';

/** `ERR_UNKNOWN_VENDOR` for an id without a vendor, with a suggestion. */
export function unknownVendor(id: string, known: Iterable<string>): UsageError {
  const ids = [...known].sort();
  const meant = nearestWord(id.toLowerCase(), ids);
  return new UsageError({
    code: 'ERR_UNKNOWN_VENDOR',
    message: `there is no vendor ${JSON.stringify(id)}${meant === undefined && ids.length > 0 ? `; known vendors: ${ids.join(', ')}` : ''}`,
    hint:
      meant === undefined
        ? 'Name a known vendor (rootdisk list), or give an address or a path that begins with ./ or /.'
        : `Did you mean ${JSON.stringify(meant)}?`,
    details: { field: 'vendor', value: id, known: ids },
  });
}
