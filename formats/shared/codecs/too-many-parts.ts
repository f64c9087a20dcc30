import { raiseLimit, refuse } from '../../../src/kit.ts';

/** The refusal of a compressed file of more frames, members or streams than is allowed. */
export function tooManyParts(format: string, parts: string, limit: number): Error {
  return refuse('limit', `The ${format} file has more than ${limit} ${parts}`, {
    format,
    limit,
    hint: raiseLimit('members'),
  });
}
