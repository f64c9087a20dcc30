import type { DefectReason, SignatureReason } from './reasons.ts';

/** What each reason of a `DecodeError` says, in one sentence. */
export const defectTable: Readonly<Record<DefectReason, string>> = {
  'external-reference': 'The image points to another file, such as a backing file or a parent.',
  'unsupported-feature': 'The image uses a feature that is not supported.',
  'unsupported-variant': 'The format is known, this variant or version of it is not supported.',
  encrypted: 'The image is encrypted.',
  'corrupt-header': 'A header holds an impossible value.',
  'corrupt-table': 'A table of the image points outside the file, overlaps or contradicts another.',
  'corrupt-data': 'Compressed data cannot be decompressed, or data lies past the end of the disk.',
  'corrupt-flag': 'The image marks itself as corrupt.',
  checksum: 'A checksum inside the image does not match.',
  truncated: 'The file ends too early.',
  'trailing-data': 'Other bytes follow the end of the image.',
  limit: 'A size, a count or a ratio is above its limit.',
  'unsafe-path': 'An archive has a member that is a link or whose name leaves the archive.',
  'ambiguous-format': 'The bytes match two formats at once.',
  'ambiguous-content': 'An archive holds several disks, and none was named.',
  'format-mismatch': 'The format or the architecture of the bytes is not the declared one.',
  'wrong-content': 'The operating system or the architecture of the disk is not the requested one.',
  'nested-format': 'The decoded disk is itself an image of another format.',
  'not-an-image': 'The bytes are not a disk image but, for example, a web page.',
  empty: 'The file or the disk has no bytes.',
  'not-a-file': 'A path inside the disk is not a regular file, but a directory or a device.',
  'codec-unavailable': 'A decoder cannot be loaded on this platform.',
};

/** What each reason of an `IntegrityError` about a signature says, in one sentence. */
export const signatureTable: Readonly<Record<SignatureReason, string>> = {
  malformed: 'The signature or the signed document cannot be parsed.',
  unsupported: 'The form, version or algorithm of the signature is not supported.',
  'signature-bad': 'The signature is not over these bytes.',
  'signature-missing': 'A required signature is missing.',
  'signer-unknown': 'The signing key is not pinned for this vendor and release.',
  'signer-expired': 'The key had expired when it signed.',
  'signer-revoked': 'The key was revoked.',
  'signed-in-future': 'The date of the signature is in the future.',
  'weak-hash': 'The signature uses MD5 or SHA-1.',
  'key-unusable': 'A key cannot be read or may not sign.',
  'key-unreachable': 'A pinned key could not be fetched.',
  rollback: 'The build or the signature is older than one that was accepted before.',
  stale: 'The signature is older than allowed, has expired, or has no date.',
};

/** What each reason of an `IntegrityError` about digests says, in one sentence. */
export const digestTable: Readonly<Record<string, string>> = {
  'digest-mismatch': 'The digest of the bytes is not the expected one.',
  'piece-mismatch': 'The digest of a piece of the download is not the published one.',
  'early-bytes-differ': 'The server sent different bytes for the same range of the file.',
  'conflicting-proofs': 'Two documents, or a document and the given digest, contradict each other.',
  damaged: 'A cached file has changed on disk, and it cannot be made again.',
  'not-listed': 'The list of digests does not name the file.',
  'ambiguous-entry': 'The list names the file more than once, with different digests or sizes.',
  'weak-digest': 'The list has only MD5 or SHA-1 for the file.',
};
