/**
 * For tests and demonstrations: an upstream on loopback, and images made on the spot.
 *
 * @module
 */
export { createOpenpgpSigner, type OpenpgpSigner } from './openpgp-signer.ts';
export {
  buildQcow2Image,
  type Qcow2Extent,
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
