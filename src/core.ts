/**
 * `rootdisk` without its built-in parts: bind your own.
 *
 * @module
 */
export type { EnsuredImage, ImageIdentity, ImageTrust } from './contracts/image.ts';
export { defaultLimits, type Limits } from './contracts/limits.ts';
export type { Log, LogEntry, Warning } from './contracts/log.ts';
export type {
  EnsureOptions,
  RequestOptions,
  ResolveOptions,
  TransportOptions,
} from './contracts/options.ts';
export type { Parts } from './contracts/parts.ts';
export type { OnProgress, ProgressEvent, Stage } from './contracts/progress.ts';
export type { Digest, Signer, TrustLevel } from './contracts/proof.ts';
export type { GuestFacts, ImageRequest, Listing } from './contracts/vendor.ts';
export type { FileOptions } from './convert/open-image-file.ts';
export { createEnsureImage, type EnsureImage } from './ensure-image.ts';
export * from './errors.ts';
export type { OriginVerdict } from './line/trust/prove-again.ts';
export {
  type ConvertedImage,
  type ConvertImage,
  type ConvertOptions,
  createConvertImage,
} from './verbs/convert-image.ts';
export {
  createInspectImage,
  type Hazard,
  type ImageInspection,
  type InspectImage,
  type InspectOptions,
} from './verbs/inspect-image.ts';
export { createListImages, type ListImages, type ListOptions } from './verbs/list-images.ts';
export {
  createResolveImage,
  type ResolvedImage,
  type ResolveImage,
} from './verbs/resolve-image.ts';
export {
  createVerifyCache,
  type VerifiedEntry,
  type VerifyCache,
  type VerifyCacheOptions,
} from './verbs/verify-cache.ts';
export {
  createVerifyDocument,
  type VerifiedDocument,
  type VerifyDocument,
  type VerifyDocumentOptions,
} from './verbs/verify-document.ts';
