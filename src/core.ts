/**
 * `rootdisk` without its built-in parts: bind your own.
 *
 * @module
 */
export { checkBundleName } from './bundles/check-name.ts';
export { type FindBundleOptions, findBundle } from './bundles/find-bundle.ts';
export { parseBundleCatalog } from './bundles/parse-catalog.ts';
export { type Allowance, allowances } from './contracts/allowance.ts';
export type * from './contracts/bundle.ts';
export type { ClonedDisk, CloneOptions } from './contracts/clone.ts';
export type * from './contracts/disk/boot.ts';
export type * from './contracts/disk/disk-inspection.ts';
export type { DiskRoot } from './contracts/disk/disk-root.ts';
export type {
  DiskContent,
  DiskFiles,
  MountPoint,
  OpenedDisk,
  VolumeOnDisk,
} from './contracts/disk/opened-disk.ts';
export type { FileKind, FilePaths, FileStat, OpenFile } from './contracts/file-system.ts';
export type { EnsuredImage, ImageContent, ImageIdentity, ImageTrust } from './contracts/image.ts';
export { defaultLimits, type Limits } from './contracts/limits.ts';
export {
  type ExportKind,
  type ExportLockOptions,
  exportKinds,
  type LockExport,
} from './contracts/lock-export.ts';
export type { Log, LogEntry, Warning } from './contracts/log.ts';
export type {
  CacheOptions,
  EnsureOptions,
  FileOptions,
  RequestOptions,
  ResolveOptions,
  TransportOptions,
} from './contracts/options.ts';
export type { Parts } from './contracts/parts.ts';
export type { OnProgress, ProgressEvent, Stage } from './contracts/progress.ts';
export type { Digest, Signer, TrustLevel } from './contracts/proof.ts';
export type { BuiltInVendor, ImageReference, VendorId } from './contracts/reference.ts';
export { type Seed, type SeedKind, type SeedOptions, seedKinds } from './contracts/seed.ts';
export type { Target } from './contracts/target.ts';
export type { Tier } from './contracts/tier.ts';
export type { GuestFacts, ImageRequest, Listing } from './contracts/vendor.ts';
export type { ConvertedImage } from './convert/copy-disk.ts';
export { createRootdisk, type Rootdisk, type RootdiskOptions } from './create-rootdisk.ts';
export type { EnsureImage } from './ensure-image.ts';
export * from './errors.ts';
export type { Launch } from './launch/describe-launch.ts';
export type { HypervisorId, RootForm } from './launch/hypervisor.ts';
export type { RootChange } from './launch/root-form.ts';
export type { OriginVerdict } from './line/trust/prove-again.ts';
export type {
  LockEntry,
  LockedBoot,
  LockedFile,
  LockedImage,
  LockedTrust,
} from './lockfile/lock-file.ts';
export type { LockChange } from './lockfile/place-pins.ts';
export type { RootdiskDefaults } from './parts/defaults.ts';
export type { LockFinding } from './pinning/check-entry.ts';
export type { BootImage, BootImageOptions, FoundBootFile, ImageBoot } from './verbs/boot-image.ts';
export type { CheckLock } from './verbs/check-lock.ts';
export { cloneDisk } from './verbs/clone-disk.ts';
export type {
  ConvertImage,
  ConvertOptions,
} from './verbs/convert-image.ts';
export { createBundle } from './verbs/create-bundle.ts';
export { createSeed } from './verbs/create-seed.ts';
export type { DeliveredImage, DeliverImage, DeliverOptions } from './verbs/deliver-image.ts';
export type { EnsureImages } from './verbs/ensure-images.ts';
export type {
  ExportCache,
  ExportedCache,
  ExportedEntry,
  ExportOptions,
} from './verbs/export-cache.ts';
export { exportLock } from './verbs/export-lock.ts';
export type {
  ImportCache,
  ImportedCache,
  ImportedEntry,
  ImportOptions,
} from './verbs/import-cache.ts';
export type {
  Hazard,
  ImageInspection,
  InspectImage,
  InspectOptions,
} from './verbs/inspect-image.ts';
export type {
  CachedImage,
  CacheListing,
  ListCache,
  UnfinishedDownload,
} from './verbs/list-cache.ts';
export type { ListImages, ListOptions } from './verbs/list-images.ts';
export { listLocked } from './verbs/list-locked.ts';
export type { LockfileOptions, LockImages, LockImagesOptions } from './verbs/lock-images.ts';
export type { OpenDisk, OpenDiskOptions } from './verbs/open-disk.ts';
export type {
  PruneCache,
  PrunedCache,
  PrunedImage,
  PruneOptions,
} from './verbs/prune-cache.ts';
export type { RemovedFromCache, RemoveFromCache } from './verbs/remove-from-cache.ts';
export type {
  ResolvedImage,
  ResolveImage,
} from './verbs/resolve-image.ts';
export type { UpdateLock } from './verbs/update-lock.ts';
export type {
  VerifiedEntry,
  VerifyCache,
  VerifyCacheOptions,
} from './verbs/verify-cache.ts';
export type {
  VerifiedDocument,
  VerifyDocument,
  VerifyDocumentOptions,
} from './verbs/verify-document.ts';
