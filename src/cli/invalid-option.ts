import { UsageError } from '../errors.ts';

/** `ERR_INVALID_REQUEST` about one option, with the option's name in front. */
export function invalidOption(
  option: string,
  message: string,
  hint: string,
  cause?: unknown,
): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `--${option}: ${message}`,
    hint,
    details: { field: option },
    cause,
  });
}
