import { UsageError } from '../errors.ts';

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/;

/** True if the text is a valid name of a bundle. */
function isBundleName(name: string): boolean {
  return pattern.test(name);
}

/**
 * Returns the name of a bundle, or throws `ERR_INVALID_REQUEST`: the name becomes part of file names and addresses.
 */
export function checkBundleName(name: string): string {
  if (typeof name === 'string' && isBundleName(name)) return name;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(String(name).slice(0, 100))} is not the name of a bundle`,
    hint: 'Use 1 to 64 letters, digits, ".", "_" and "-"; begin with a letter or a digit.',
    details: { field: 'name', value: String(name) },
  });
}
