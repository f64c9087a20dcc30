import { type IntegrityError, refuseSignature } from '../../src/kit.ts';

/** The refusal of bytes that are not what RFC 9580 describes; `what` goes on with what is wrong. */
export function malformed(what: string): IntegrityError {
  return refuseSignature('malformed', what, {
    hint: 'The file is damaged or not OpenPGP: get it again from its source.',
  });
}
