import { UsageError } from '../errors.ts';

/** An address that a request can be made of, without its fragment; `ERR_INVALID_REQUEST` when it is none. */
export function parseAddress(url: URL | string): URL {
  if (!URL.canParse(String(url))) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `${JSON.stringify(String(url))} is not an address`,
      hint: 'Give a complete https address.',
      details: { field: 'url' },
    });
  }
  const parsed = new URL(url);
  parsed.hash = '';
  return parsed;
}
