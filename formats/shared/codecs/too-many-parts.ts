import { raiseLimit, refuse } from '../../../src/kit.ts';

/** The error for a compressed file with more frames, members or streams than allowed. */
export function tooManyParts(format: string, parts: string, limit: number): Error {
  return refuse('limit', `The ${format} file has more than ${limit} ${parts}`, {
    format,
    limit,
    hint: raiseLimit('members'),
  });
}
