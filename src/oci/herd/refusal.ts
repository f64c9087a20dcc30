import { hasRemedy, isImageError } from '../../errors.ts';

/**
 * The meaning of a failed request: `forbidden`, no rights; `refused`, the registry does not accept this (400, 409 or
 * 412 for an immutable tag); `unreachable`, any other error of this package. Rethrows all other errors.
 */
export function kindOfRefusal(error: unknown): 'forbidden' | 'refused' | 'unreachable' {
  if (!isImageError(error)) throw error;
  if (!hasRemedy(error, 'transfer')) return 'unreachable';
  const { status = 0 } = error.details;
  if (status === 401 || status === 403) return 'forbidden';
  const isMomentary = status === 408 || status === 425 || status === 429;
  return status >= 400 && status < 500 && !isMomentary ? 'refused' : 'unreachable';
}
