import {
  type ContentRange,
  ifRange,
  parseContentRange,
  sameValidators,
  strongValidators,
  type Validators,
} from './byte-range.ts';

interface PartAnswer {
  status: number;
  headers: Record<string, string>;
}

/**
 * The part in an answer to a request for the first bytes, up to `end`; `undefined` for the whole file, and for a part
 * without a strong validator, because other parts could not be matched with it.
 */
export function firstPart({ status, headers }: PartAnswer, end: number): ContentRange | undefined {
  if (status !== 206 || ifRange(strongValidators(headers)) === undefined) return undefined;
  const part = parseContentRange(headers['content-range']);
  return part !== undefined && part.start === 0 && part.end < end ? part : undefined;
}

/**
 * Checks that a 206 resumes a file: at exactly this byte, not beyond the requested end, of the same file. Otherwise
 * returns what the server does instead; the text follows "the server".
 */
export function checkPart(
  { headers }: PartAnswer,
  wanted: {
    position: number;
    end: number | undefined;
    total: number | undefined;
    validators: Validators;
  },
): ContentRange | string {
  const part = parseContentRange(headers['content-range']);
  const { position, end = Infinity, total = part?.total, validators } = wanted;
  if (part === undefined || part.start !== position || part.end >= end || part.total !== total) {
    return 'answers with a different range';
  }
  return sameValidators(validators, headers) ? part : 'has a different file now';
}
