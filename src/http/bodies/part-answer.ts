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
 * The part that an answer brings to a request for the first bytes, up to `end`; `undefined` for the whole file, and for
 * a part that the others could not be held to, because nothing strong recognises its file.
 */
export function firstPart({ status, headers }: PartAnswer, end: number): ContentRange | undefined {
  if (status !== 206 || ifRange(strongValidators(headers)) === undefined) return undefined;
  const part = parseContentRange(headers['content-range']);
  return part !== undefined && part.start === 0 && part.end < end ? part : undefined;
}

/**
 * The part that a 206 brings where a file is to be continued: from the very byte, no farther than asked, of the same
 * file. Otherwise what the server does instead, to be read after "the server".
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
    return 'answers with another range';
  }
  return sameValidators(validators, headers) ? part : 'has another file by now';
}
