import type { Allowance, Allowing } from '../contracts/allowance.ts';
import type { DecodeDetails } from './details.ts';
import type { DefectReason } from './reasons.ts';
import { refuse } from './refuse.ts';

/** A defect that a call may allow. */
export type AllowableReason = Extract<DefectReason, 'trailing-data' | 'corrupt-flag' | 'encrypted'>;

/** Reasons of refusals that a call may allow, and by which word. */
const words: Readonly<Record<AllowableReason, Allowance>> = {
  'trailing-data': 'trailing',
  'corrupt-flag': 'corrupt-flag',
  encrypted: 'encrypted',
};

const hints: Readonly<Record<Allowance, string>> = {
  trailing: 'To use only what comes before these bytes, give --allow trailing (option allow).',
  'corrupt-flag':
    'Repair the image with the program that wrote it, or read it as it is with --allow corrupt-flag (option allow).',
  encrypted: 'To accept an encrypted disk as it is, give --allow encrypted (option allow).',
};

/**
 * Refuses an image, unless the call allows what is odd about it; then it is recorded, and the decoder goes on. `context` is
 * what a decoder is given.
 */
export function refuseUnlessAllowed(
  context: Allowing,
  reason: AllowableReason,
  message: string,
  more: Omit<DecodeDetails, 'reason'> & { cause?: unknown } = {},
): void {
  const word = words[reason];
  if (context.allows(word, message)) return;
  throw refuse(reason, message, { ...more, allow: word, hint: hints[word] });
}
