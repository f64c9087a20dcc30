import { UsageError } from '../errors.ts';

/** `ERR_INVALID_REQUEST` for one part of a seed. */
export function refuseSeed(
  field: string,
  message: string,
  hint: string,
  cause?: unknown,
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${field}: ${message}`,
    hint,
    details: { field },
    cause,
  });
}
