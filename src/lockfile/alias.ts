import { UsageError } from '../errors.ts';
import { shownText } from '../kit/public-url.ts';

const grammar = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** True for a valid name of a lock entry. */
export function isAlias(text: string): boolean {
  return grammar.test(text);
}

/** `<vendor>-<release>`; each byte that an alias cannot contain becomes `-`. */
export function defaultAlias(vendor: string, release: string): string {
  return `${vendor}-${release}`.toLowerCase().replace(/[^a-z0-9._-]/g, '-');
}

/** Throws `ERR_INVALID_REQUEST` for an invalid alias, and for the id of a vendor, which always means that vendor. */
export function checkAlias(alias: string, vendors: ReadonlyMap<string, unknown>): string {
  if (!isAlias(alias)) {
    throw refusal(
      alias,
      `${JSON.stringify(shownText(alias))} cannot be the name of a lock entry`,
      'Use 1 to 64 of a-z, 0-9, ".", "_" and "-"; begin with a letter or a digit.',
    );
  }
  if (vendors.has(alias)) {
    const message = `${JSON.stringify(alias)} is a vendor, so it cannot be the name of a lock entry`;
    throw refusal(alias, message, `Give the entry another name, such as ${alias}-locked.`);
  }
  return alias;
}

function refusal(alias: string, message: string, hint: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint,
    details: { field: 'alias', value: shownText(alias) },
  });
}
