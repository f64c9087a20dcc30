import { hasRemedy } from '../errors.ts';

/** Unauthorized, payment required, forbidden, proxy login, rate limit, legal reasons. */
const statuses: ReadonlySet<unknown> = new Set([401, 402, 403, 407, 429, 451]);

/**
 * True for an answer that refuses access: upstream may well have the requested file. A refusal ends a search, so that
 * no older build, other variant or weaker proof replaces the refused one.
 */
export function isRefusal(error: unknown): boolean {
  return hasRemedy(error, 'transfer') && statuses.has(error.details.status);
}
