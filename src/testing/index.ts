/**
 * For tests and demonstrations: an upstream on loopback, and images made on the spot.
 *
 * @module
 */
export type { DiskExtent } from './cut-blocks.ts';
export { createOpenpgpSigner, type OpenpgpSigner } from './openpgp-signer.ts';
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
  type UpstreamRequest,
} from './upstream.ts';
export { buildVdiImage, type VdiImage, type VdiImageOptions } from './vdi-image.ts';
export { buildVhdImage, type VhdImage, type VhdImageOptions } from './vhd-image.ts';
export {
  buildVhdxImage,
  type VhdxDirtyLog,
  type VhdxImage,
  type VhdxImageOptions,
  type VhdxPart,
} from './vhdx-image.ts';
export { buildVmdkImage, type VmdkImage, type VmdkImageOptions } from './vmdk-image.ts';
