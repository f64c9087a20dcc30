/**
 * Everything that a vendor, format, verifier or target is written with; the built-in parts use nothing else.
 *
 * @module
 */

export { type FindBundleOptions, findBundle } from './bundles/find-bundle.ts';
export {
  type Allowance,
  type AllowedDefect,
  type Allowing,
  allowances,
} from './contracts/allowance.ts';
export { type Arch, arches } from './contracts/arch.ts';
export type { BundleCatalog, BundleEntry, BundleKind, BundleMember } from './contracts/bundle.ts';
export type * from './contracts/bytes.ts';
export type * from './contracts/file-system.ts';
export type * from './contracts/format.ts';
export { defaultLimits, type Limits } from './contracts/limits.ts';
export type * from './contracts/log.ts';
export type * from './contracts/metadata.ts';
export type * from './contracts/parts.ts';
export type {
  AnyVerifier,
  BuiltInProof,
  ChecksumDialect,
  ChecksumsProof,
  Digest,
  DigestProof,
  DocumentToVerify,
  Evidence,
  EvidenceDocument,
  GivenKeys,
  KeyOrigin,
  KeySource,
  OwnProof,
  Proof,
  ProofContext,
  Signature,
  SignatureProof,
  SignedDocument,
  Signer,
  StreamCheck,
  TlsProof,
  TrustLevel,
  Verifier,
} from './contracts/proof.ts';
export { trustLevels } from './contracts/proof.ts';
export type * from './contracts/target.ts';
export type * from './contracts/tier.ts';
export type * from './contracts/vendor.ts';
export type * from './contracts/writer.ts';
export { type AllowableReason, refuseUnlessAllowed } from './errors/allowable.ts';
export { raiseLimit } from './errors/limit-hint.ts';
export * from './errors.ts';
export { abortable, abortableStream } from './kit/abort.ts';
export { parseArch } from './kit/arch.ts';
export {
  checksumsProof as checksums,
  type DiskInit,
  digestProof as digest,
  diskArtifact as disk,
  signatureProof as signature,
  tlsProof as tls,
} from './kit/build-answer.ts';
export { hasMagic, viewOf } from './kit/bytes.ts';
export {
  defineFormat,
  defineTarget,
  defineTier,
  defineVendor,
  defineVerifier,
  defineWriter,
} from './kit/define.ts';
export { type Defined, defined } from './kit/defined.ts';
export { parseBase64Digest, parseDigest } from './kit/digest.ts';
export { parseAssignments, parseFields } from './kit/fields.ts';
export { filePaths } from './kit/files/file-paths.ts';
export { type FileWorld, walkPath } from './kit/files/walk-path.ts';
export { isOutOfReach } from './kit/is-out-of-reach.ts';
export { isRefusal } from './kit/is-refusal.ts';
export { firstNonZero, isZeros } from './kit/is-zeros.ts';
export { type ListingEntry, parseListing } from './kit/listing/listing.ts';
export { parseTableRows, type RowItem } from './kit/listing/table-rows.ts';
export {
  type Metalink,
  type MetalinkFile,
  type MetalinkUrl,
  parseMetalink,
} from './kit/metalink.ts';
export { type Missing, notFound, notFoundIn } from './kit/not-found.ts';
export { type BuildChoice, pickBuild, pickBuilds } from './kit/pick-build.ts';
export { publicUrl, shownText } from './kit/public-url.ts';
export { countSteps } from './kit/reader-steps.ts';
export {
  parseList,
  parseNumber,
  parseOptional,
  parseRecord,
  parseText,
} from './kit/records.ts';
export { peekSignedText } from './kit/signed-text.ts';
export {
  type ChecksumEntry,
  type ChecksumList,
  type ChecksumOptions,
  parseChecksums,
} from './kit/sums/checksum-list.ts';
export { manifestTypes } from './kit/sums/manifest-sums.ts';
export { type PickedChecksum, type PickOptions, pickChecksum } from './kit/sums/pick-checksum.ts';
export { parseValidUntil } from './kit/valid-until.ts';
export { compareVersions, newestVersion } from './kit/versions.ts';
export { parseXml, type XmlElement } from './kit/xml.ts';
