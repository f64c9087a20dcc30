import type { DecodeCode, SignatureCode } from './codes.ts';
import type { DecodeDetails, IntegrityDetails } from './details.ts';
import { DecodeError, IntegrityError } from './image-error.ts';
import type { DefectReason, SignatureReason } from './reasons.ts';

const defects: Record<DefectReason, DecodeCode> = {
  'external-reference': 'ERR_UNSAFE_IMAGE',
  'unsafe-path': 'ERR_UNSAFE_IMAGE',
  'ambiguous-format': 'ERR_UNSAFE_IMAGE',
  'ambiguous-content': 'ERR_UNSAFE_IMAGE',
  'format-mismatch': 'ERR_UNSAFE_IMAGE',
  'wrong-content': 'ERR_UNSAFE_IMAGE',
  'nested-format': 'ERR_UNSAFE_IMAGE',
  'not-an-image': 'ERR_UNSAFE_IMAGE',
  'unsupported-feature': 'ERR_UNSUPPORTED_FORMAT',
  'unsupported-variant': 'ERR_UNSUPPORTED_FORMAT',
  encrypted: 'ERR_UNSUPPORTED_FORMAT',
  'codec-unavailable': 'ERR_CODEC_UNAVAILABLE',
  'corrupt-header': 'ERR_DECODE',
  'corrupt-table': 'ERR_DECODE',
  'corrupt-data': 'ERR_DECODE',
  'corrupt-flag': 'ERR_DECODE',
  checksum: 'ERR_DECODE',
  truncated: 'ERR_DECODE',
  'trailing-data': 'ERR_DECODE',
  empty: 'ERR_DECODE',
  'not-a-file': 'ERR_DECODE',
  limit: 'ERR_LIMIT',
};

/** The typed refusal of an image: the code follows from the reason. */
export function refuse(
  reason: DefectReason,
  message: string,
  more: Omit<DecodeDetails, 'reason'> & { hint?: string; cause?: unknown } = {},
): DecodeError {
  const { hint, cause, ...details } = more;
  return new DecodeError({
    code: defects[reason],
    message,
    hint: hint ?? 'Do not use this image; get it again from its source.',
    details: { reason, ...details },
    cause,
  });
}

const signatureCodes: Record<SignatureReason, SignatureCode> = {
  malformed: 'ERR_SIGNATURE',
  unsupported: 'ERR_SIGNATURE',
  'signature-bad': 'ERR_SIGNATURE',
  'signature-missing': 'ERR_SIGNATURE_MISSING',
  'signer-unknown': 'ERR_UNKNOWN_SIGNER',
  'signer-expired': 'ERR_SIGNER_EXPIRED',
  'signer-revoked': 'ERR_SIGNER_REVOKED',
  'signed-in-future': 'ERR_SIGNED_IN_FUTURE',
  'weak-hash': 'ERR_WEAK_HASH',
  'key-unusable': 'ERR_KEY',
  'key-unreachable': 'ERR_KEY',
  rollback: 'ERR_ROLLBACK',
  stale: 'ERR_STALE',
};

/** The typed refusal of a signature, its keys or its age: the code follows from the reason. */
export function refuseSignature(
  reason: SignatureReason,
  message: string,
  more: Omit<IntegrityDetails, 'reason'> & { hint?: string; cause?: unknown } = {},
): IntegrityError {
  const { hint, cause, ...details } = more;
  return new IntegrityError({
    code: signatureCodes[reason],
    message,
    hint: hint ?? 'Do not use the bytes; report it to the vendor if it happens again.',
    details: { reason, ...details },
    cause,
  });
}
