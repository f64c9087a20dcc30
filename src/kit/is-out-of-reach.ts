import { hasRemedy, isImageError } from '../errors.ts';

/** Codes for addresses that gave no answer; a document that arrived but is invalid is not included. */
const codes: ReadonlySet<string> = new Set([
  'ERR_NETWORK',
  'ERR_HTTP_STATUS',
  'ERR_STALLED',
  'ERR_REDIRECT',
  'ERR_SIGNATURE_MISSING',
]);
/** A key that no server delivers, and a form of proof that no installed package can check. */
const reasons: ReadonlySet<unknown> = new Set(['key-unreachable', 'unsupported']);

/**
 * True if a proof cannot be obtained, in contrast to a wrong one: a call that requires a lower level continues
 * without it. A wrong server certificate does not count: such a server answered, but it is not the right one.
 */
export function isOutOfReach(error: unknown): boolean {
  if (!isImageError(error)) return false;
  if (hasRemedy(error, 'transfer') && error.details.reason === 'tls') return false;
  return (
    codes.has(error.code) ||
    (hasRemedy(error, 'integrity') && reasons.has(Reflect.get(error.details, 'reason')))
  );
}
