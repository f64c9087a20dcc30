/**
 * For tests and demonstrations: an upstream server on loopback, and generated images.
 *
 * @module
 */
export type { ConformanceCase } from './conformance/case.ts';
export { checkVendor } from './conformance/check-vendor.ts';
export { checkVerifier } from './conformance/check-verifier.ts';
export { conformFileSystem as checkFileSystem } from './conformance/conform-file-system.ts';
export { conformFormat as checkFormat } from './conformance/conform-format.ts';
export { conformTier as checkTier } from './conformance/conform-tier.ts';
export { conformVolumes as checkVolumes } from './conformance/conform-volumes.ts';
export { conformWriter as checkWriter } from './conformance/conform-writer.ts';
export type { FileSystemSample } from './conformance/file-system-subject.ts';
export type { FormatSample } from './conformance/format-subject.ts';
export type { TierSample } from './conformance/tier-subject.ts';
export type { VendorSample } from './conformance/vendor-subject.ts';
export type { VerifierSample } from './conformance/verifier-subject.ts';
export type { VolumesSample } from './conformance/volume-cases.ts';
export type { WriterSample } from './conformance/writer-subject.ts';
export type { DiskExtent } from './cut-blocks.ts';
export type { DocumentSite, SiteDocuments } from './document-site.ts';
export {
  buildOvaFile,
  buildTarFile,
  buildZipFile,
  type MemberContents,
} from './files/archive-files.ts';
export { buildBzip2File } from './files/bzip2-file.ts';
export {
  buildGzipFile,
  buildLz4File,
  buildXzFile,
  buildZstdFile,
} from './files/coded-files.ts';
export {
  buildIsoDisc,
  buildRawDisk,
  type IsoDiscOptions,
  type RawDiskOptions,
} from './files/plain-disks.ts';
export { type Misbehaviour, misbehave } from './misbehave.ts';
export { createOpenpgpSigner, type OpenpgpSigner } from './openpgp-signer.ts';
export {
  createProofContext,
  type ProofContextOptions,
  type TestProofContext,
} from './proof-context.ts';
export {
  buildQcow2Image,
  type Qcow2Image,
  type Qcow2ImageOptions,
  writeQcow2Image,
} from './qcow2-image.ts';
export { type StreamImage, type StreamSignature, serveSimpleStreams } from './simple-streams.ts';
export {
  mirrorsFor,
  type RouteOptions,
  startUpstream,
  type Upstream,
  type UpstreamBody,
  type UpstreamExchangeRequest,
  type UpstreamExchangeResponse,
  type UpstreamHandler,
  type UpstreamOptions,
  type UpstreamRequest,
} from './upstream.ts';
export { buildVdiImage, type VdiImage, type VdiImageOptions } from './vdi-image.ts';
export {
  createVendorContext,
  type TestVendorContext,
  type VendorContextOptions,
} from './vendor-context.ts';
export { buildVhdImage, type VhdImage, type VhdImageOptions } from './vhd-image.ts';
export {
  buildVhdxImage,
  type VhdxDirtyLog,
  type VhdxImage,
  type VhdxImageOptions,
  type VhdxPart,
} from './vhdx-image.ts';
export { buildVmdkImage, type VmdkImage, type VmdkImageOptions } from './vmdk-image.ts';
