/** What is wrong with an image, in the field's words; `details.reason` of a `DecodeError`. */
export type DefectReason =
  | 'external-reference'
  | 'unsupported-feature'
  | 'unsupported-variant'
  | 'encrypted'
  | 'corrupt-header'
  | 'corrupt-table'
  | 'corrupt-data'
  | 'corrupt-flag'
  | 'checksum'
  | 'truncated'
  | 'trailing-data'
  | 'limit'
  | 'unsafe-path'
  | 'ambiguous-format'
  | 'ambiguous-content'
  | 'format-mismatch'
  | 'nested-format'
  | 'not-an-image'
  | 'empty'
  | 'not-a-file'
  | 'codec-unavailable';

/** What is wrong with a signature, in the field's words; `details.reason` of an `IntegrityError` about one. */
export type SignatureReason =
  | 'malformed'
  | 'unsupported'
  | 'signature-bad'
  | 'signature-missing'
  | 'signer-unknown'
  | 'signer-expired'
  | 'signer-revoked'
  | 'signed-in-future'
  | 'weak-hash'
  | 'key-unusable'
  | 'key-unreachable'
  | 'rollback'
  | 'stale';
