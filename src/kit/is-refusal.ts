import { hasRemedy } from '../errors.ts';

/** Unauthorized, payment, forbidden, a proxy's login, a rate limit, legal reasons. */
const statuses: ReadonlySet<unknown> = new Set([401, 402, 403, 407, 429, 451]);

/**
 * True for an answer that says "you may not": upstream may well have what was asked for. A refusal ends a search, so that no
 * older build, other variant or weaker proof takes the place of what was refused.
 */
export function isRefusal(error: unknown): boolean {
  return hasRemedy(error, 'transfer') && statuses.has(error.details.status);
}
