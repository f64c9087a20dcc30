import { hasRemedy, isImageError } from '../errors.ts';

/** Addresses that give no answer; a document that came and makes no sense is not among them. */
const codes: ReadonlySet<string> = new Set([
  'ERR_NETWORK',
  'ERR_HTTP_STATUS',
  'ERR_STALLED',
  'ERR_REDIRECT',
  'ERR_SIGNATURE_MISSING',
]);
/** A key that no server delivers, and a form that no installed package can check. */
const reasons: ReadonlySet<unknown> = new Set(['key-unreachable', 'unsupported']);

/**
 * True for a proof that is not to be had, unlike one that is wrong: below the demanded level it does without. A server with a
 * wrong certificate is no such thing: it answers, and it is not who it should be.
 */
export function isOutOfReach(error: unknown): boolean {
  if (!isImageError(error)) return false;
  if (hasRemedy(error, 'transfer') && error.details.reason === 'tls') return false;
  return (
    codes.has(error.code) ||
    (hasRemedy(error, 'integrity') && reasons.has(Reflect.get(error.details, 'reason')))
  );
}
