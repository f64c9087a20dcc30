import { hasRemedy, isImageError } from '../../errors.ts';

/**
 * What a failed request says: `forbidden`, no rights; `refused`, the registry does not take this (a tag that may not be
 * changed has one of 400, 409, 412); `unreachable`, anything else. What is no error of the package is thrown again.
 */
export function kindOfRefusal(error: unknown): 'forbidden' | 'refused' | 'unreachable' {
  if (!isImageError(error)) throw error;
  if (!hasRemedy(error, 'transfer')) return 'unreachable';
  const { status = 0 } = error.details;
  if (status === 401 || status === 403) return 'forbidden';
  const isMomentary = status === 408 || status === 425 || status === 429;
  return status >= 400 && status < 500 && !isMomentary ? 'refused' : 'unreachable';
}
