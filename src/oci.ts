/**
 * An OCI registry as the shared tier of a fleet: one host fetches an image from upstream, the others get it from the registry.
 *
 * @module
 */
export type { HerdSettings } from './oci/herd/herd.ts';
export type { BlobState } from './oci/images/blob-state.ts';
export type { ListedImage, RegistryListing } from './oci/images/list-registry.ts';
export type { MirrorOptions, MirrorOutcome } from './oci/images/mirror-images.ts';
export type { RepositoryOptions } from './oci/images/open-repository.ts';
export type { RegistryOrigin } from './oci/images/origin-check.ts';
export type { PulledImage, PullOptions, PullOutcome } from './oci/images/pull-images.ts';
export type { PushedFile, PushedImage } from './oci/images/push-ensured.ts';
export type { PushOptions, PushOutcome } from './oci/images/push-images.ts';
export {
  listRegistry,
  mirrorImages,
  pullImages,
  pushImages,
  verifyRegistry,
} from './oci/images/registry-verbs.ts';
export type {
  VerifiedBlob,
  VerifiedImage,
  VerifyRegistryOptions,
} from './oci/images/verify-registry.ts';
export { type RegistryTierOptions, registryTier } from './oci/registry-tier.ts';
