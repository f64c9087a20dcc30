import { type CacheNameParts, formatCacheName, hashParameters } from '../cache/names/cache-name.ts';
import { formatRequestKey } from '../cache/names/request-key.ts';
import type { ImageIdentity } from '../contracts/image.ts';
import type { TrustLevel } from '../contracts/proof.ts';
import type { Artifact, ArtifactRole, ImageRequest, Resolution } from '../contracts/vendor.ts';
import { refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import type { BoundParts } from '../parts/bind.ts';
import type { CallOptions } from './options.ts';
import { demandedLevel, offeredLevel } from './trust/levels.ts';

/** What one call is going to do; made without any I/O. */
export interface Plan {
  request: ImageRequest;
  requestKey: string;
  resolution: Resolution;
  identity: ImageIdentity;
  artifact: Artifact;
  /** What the disk becomes: `raw`, `source` where the vendor's own format is kept, or the id of a writer. */
  format: string;
  /** What the artifact becomes. */
  role: ArtifactRole;
  name: CacheNameParts;
  cacheName: string;
  /** The best level this source can reach, and the one this call wants. */
  offered: TrustLevel;
  demanded: TrustLevel;
  /** Estimated most bytes on disk at once: the download and the disk that grows beside it; absent while the size is unknown. */
  peakBytes?: number;
}

/** Bytes of disk that a byte of download becomes: compressed images of systems unpack to about three times their size. */
const growth = 3;

/**
 * Most bytes on disk at once for a download of `sizeBytes`: the download and the disk that grows beside it. An image with
 * tables that comes out of a codec is unpacked to a scratch file too, since it is not read from end to end; so is a raw disk
 * that is written in another format.
 */
export function estimatePeak(
  sizeBytes: number,
  layers: readonly string[],
  format: string,
  formats: BoundParts['formats'],
): number {
  if (layers.length === 1 && format === 'source') return sizeBytes;
  const isWritten = format !== 'raw' && format !== 'source';
  if (layers.length === 1 && layers[0] === 'raw') return sizeBytes * (isWritten ? 3 : 2);
  const kindOf = (layer: string | undefined) => formats.find(({ id }) => id === layer)?.kind;
  const last = layers.at(-1);
  const hasTables = kindOf(last) === 'disk' && last !== 'raw' && last !== 'iso';
  const isCoded = layers.some((layer) => kindOf(layer) === 'codec');
  const isSpooled = format !== 'source' && hasTables && isCoded;
  return sizeBytes * (1 + growth * (1 + Number(isSpooled) + Number(isWritten)));
}

/** Picks the artifact and fixes the names. Throws `ERR_UNSUPPORTED_FORMAT` when no artifact can be decoded. */
export function planImage(
  request: ImageRequest,
  resolution: Resolution,
  options: Pick<CallOptions, 'format' | 'trust' | 'digest'> & Partial<Pick<CallOptions, 'pins'>>,
  formats: BoundParts['formats'],
): Plan {
  const artifact = pickArtifact(resolution.disk, formats);
  const identity = identify(request, resolution);
  const last = artifact.layers.at(-1);
  // Written only where the vendor has no such file.
  const format = options.format === last && last !== 'raw' ? 'source' : options.format;
  const name: CacheNameParts = {
    vendor: identity.vendor,
    release: identity.release,
    variant: identity.variant,
    arch: identity.arch,
    snapshot: identity.snapshot,
    ...defined({ parametersHash: request.parameters && hashParameters(request.parameters) }),
    // What a source really is shows only when its bytes are there.
    format: format === 'source' ? (last ?? 'image') : format,
  };
  const offered = offeredTo(options, artifact);
  const { sizeBytes } = artifact;
  const peakBytes =
    sizeBytes === undefined ? undefined : estimatePeak(sizeBytes, artifact.layers, format, formats);
  return {
    request,
    requestKey: formatRequestKey(request, options.format),
    resolution,
    identity,
    artifact,
    format,
    role: 'disk',
    name,
    cacheName: formatCacheName(name),
    offered,
    demanded: demandedLevel(options, offered),
    ...defined({ peakBytes }),
  };
}

/** What boots the disk comes in the same file: it is fetched once, as the disk. */
export function bootsItself({ artifact, resolution: { boot } }: Plan): boolean {
  return artifact.members !== undefined && boot?.kernel.url.href === artifact.url.href;
}

/** The raw disk that a writer's file is made of. */
export function planRaw(plan: Plan): Plan {
  const name = { ...plan.name, format: 'raw' };
  return { ...plan, format: 'raw', name, cacheName: formatCacheName(name) };
}

/** All files that the call fetches, in the order in which it does. */
export function planFiles(plan: Plan, options: CallOptions): Plan[] {
  if (bootsItself(plan)) return [plan];
  return options.boot ? [...planBoot(plan, options), plan] : [plan];
}

/** The published files that boot the planned disk, each an entry of its own under the same lock. */
export function planBoot(plan: Plan, options: CallOptions): Plan[] {
  if (options.boot === 'disk') return [];
  const { kernel, initrd } = plan.resolution.boot ?? {};
  return [
    ...(kernel === undefined ? [] : [planBootFile(plan, options, kernel, 'kernel')]),
    ...(initrd === undefined ? [] : [planBootFile(plan, options, initrd, 'initrd')]),
  ];
}

/**
 * Another member of a planned bundle: the same file upstream, an entry of its own. A disk among them is kept as the raw disk
 * that it is.
 */
export function planMember(plan: Plan, options: CallOptions, role: ArtifactRole): Plan {
  const format = role === 'disk' ? 'raw' : formatOf(role, options);
  const name = { ...plan.name, format };
  const requestKey = formatRequestKey(plan.request, format);
  const of = { role, name, requestKey, cacheName: formatCacheName(name) };
  return { ...plan, ...of, format: role === 'disk' ? 'raw' : 'source' };
}

/** How the name of a file beside the disk ends in the cache. */
function formatOf(role: ArtifactRole, { kernelFormat }: Pick<CallOptions, 'kernelFormat'>): string {
  return role === 'kernel' && kernelFormat === 'raw' ? 'kernel-raw' : role;
}

/** A file that boots the planned disk. */
export function planBootFile(
  { request, resolution, identity, name: of }: Plan,
  options: CallOptions,
  artifact: Artifact,
  role: Plan['role'],
): Plan {
  const format = formatOf(role, options);
  const name = { ...of, format };
  const offered = offeredTo(options, artifact);
  return {
    request,
    requestKey: formatRequestKey(request, format),
    resolution,
    identity,
    artifact,
    format: 'source',
    role,
    name,
    cacheName: formatCacheName(name),
    offered,
    // A digest that the caller gave is the disk's.
    demanded: demandedLevel({ trust: options.trust, digest: undefined }, offered),
    ...defined({ peakBytes: artifact.sizeBytes }),
  };
}

/**
 * A lock file offers a pin and no proof: what is fetched by it answers later calls only where they bring a digest too, or
 * have it proved by its vendor.
 */
function offeredTo({ pins = [] }: Partial<Pick<CallOptions, 'pins'>>, { proofs }: Artifact) {
  return pins.length > 0 ? 'pinned' : offeredLevel(proofs);
}

function pickArtifact(artifacts: Artifact[], formats: BoundParts['formats']): Artifact {
  const known = new Set(formats.map((format) => format.id));
  const found = artifacts.find((artifact) => artifact.layers.every((layer) => known.has(layer)));
  if (found !== undefined) return found;
  const offered = artifacts.map((artifact) => artifact.layers.join('>')).join(', ');
  throw refuse('unsupported-variant', `no decoder for what is offered: ${offered}`, {
    declared: offered,
    hint: 'Ask for another variant, or add the format to the list that createRootdisk is given.',
  });
}

function identify(request: ImageRequest, resolution: Resolution): ImageIdentity {
  const { release, codename, version, variant, snapshot } = resolution;
  return {
    vendor: request.vendor,
    release,
    ...defined({ codename, version }),
    variant,
    arch: request.arch,
    snapshot,
  };
}
