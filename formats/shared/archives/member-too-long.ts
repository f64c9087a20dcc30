import { raiseLimit, refuse } from '../../../src/kit.ts';

/** The error for an archive member that exceeds the size limit; `needed` is its length, if it is known. */
export function memberTooLong(
  format: string,
  value: number,
  limit: number,
  needed?: number,
): Error {
  return refuse('limit', `A ${format} member has more than ${limit} bytes`, {
    format,
    limit,
    value,
    hint: raiseLimit('virtualBytes', needed),
  });
}
