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
  /** Format of the result: `raw`, `source` if the vendor's own format is kept, or the id of a writer. */
  format: string;
  /** What the artifact is used as. */
  role: ArtifactRole;
  name: CacheNameParts;
  cacheName: string;
  /** The best level that this source can reach, and the level that this call requires. */
  offered: TrustLevel;
  demanded: TrustLevel;
  /** Estimated peak of disk use: the download and the growing disk together; absent while the size is unknown. */
  peakBytes?: number;
}

/** Estimated bytes of disk per byte of download: compressed system images unpack to about three times their size. */
const growth = 3;

/**
 * Peak of disk use for a download of `sizeBytes`: the download and the growing disk. An image with tables inside a
 * codec also needs a scratch file, because it is not read from start to end; a raw disk that is written in another
 * format needs one too.
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

/** Picks the artifact and decides the names. Throws `ERR_UNSUPPORTED_FORMAT` if no artifact can be decoded. */
export function planImage(
  request: ImageRequest,
  resolution: Resolution,
  options: Pick<CallOptions, 'format' | 'trust' | 'digest'> & Partial<Pick<CallOptions, 'pins'>>,
  formats: BoundParts['formats'],
): Plan {
  const artifact = pickArtifact(resolution.disk, formats);
  const identity = identify(request, resolution);
  const last = artifact.layers.at(-1);
  // The writer is used only if the vendor has no file in this format.
  const format = options.format === last && last !== 'raw' ? 'source' : options.format;
  const name: CacheNameParts = {
    vendor: identity.vendor,
    release: identity.release,
    variant: identity.variant,
    arch: identity.arch,
    snapshot: identity.snapshot,
    ...defined({ parametersHash: request.parameters && hashParameters(request.parameters) }),
    // The real format of a source is known only after its bytes arrived.
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

/** True if the boot files are in the file of the disk, which is fetched once. */
export function bootsItself({ artifact, resolution: { boot } }: Plan): boolean {
  return artifact.members !== undefined && boot?.kernel.url.href === artifact.url.href;
}

/** The plan for the raw disk from which a writer's file is made. */
export function planRaw(plan: Plan): Plan {
  const name = { ...plan.name, format: 'raw' };
  return { ...plan, format: 'raw', name, cacheName: formatCacheName(name) };
}

/** All files that the call fetches, in order. */
export function planFiles(plan: Plan, options: CallOptions): Plan[] {
  if (bootsItself(plan)) return [plan];
  return options.boot ? [...planBoot(plan, options), plan] : [plan];
}

/** The published boot files of the planned disk, each a separate entry under the same lock. */
export function planBoot(plan: Plan, options: CallOptions): Plan[] {
  if (options.boot === 'disk') return [];
  const { kernel, initrd } = plan.resolution.boot ?? {};
  return [
    ...(kernel === undefined ? [] : [planBootFile(plan, options, kernel, 'kernel')]),
    ...(initrd === undefined ? [] : [planBootFile(plan, options, initrd, 'initrd')]),
  ];
}

/**
 * The plan for another member of a planned bundle: the same upstream file, but a separate entry. A disk among the
 * members is kept as raw.
 */
export function planMember(plan: Plan, options: CallOptions, role: ArtifactRole): Plan {
  const format = role === 'disk' ? 'raw' : formatOf(role, options);
  const name = { ...plan.name, format };
  const requestKey = formatRequestKey(plan.request, format);
  const of = { role, name, requestKey, cacheName: formatCacheName(name) };
  return { ...plan, ...of, format: role === 'disk' ? 'raw' : 'source' };
}

/** The format in the cache name of a file beside the disk. */
function formatOf(role: ArtifactRole, { kernelFormat }: Pick<CallOptions, 'kernelFormat'>): string {
  return role === 'kernel' && kernelFormat === 'raw' ? 'kernel-raw' : role;
}

/** The plan for a boot file of the planned disk. */
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
    // A digest that the caller gave is for the disk.
    demanded: demandedLevel({ trust: options.trust, digest: undefined }, offered),
    ...defined({ peakBytes: artifact.sizeBytes }),
  };
}

/**
 * A lock file gives a pin and no proof: a disk that was fetched with it serves later calls only if they bring a
 * digest too, or prove it again through its vendor.
 */
function offeredTo({ pins = [] }: Partial<Pick<CallOptions, 'pins'>>, { proofs }: Artifact) {
  return pins.length > 0 ? 'pinned' : offeredLevel(proofs);
}

function pickArtifact(artifacts: Artifact[], formats: BoundParts['formats']): Artifact {
  const known = new Set(formats.map((format) => format.id));
  const found = artifacts.find((artifact) => artifact.layers.every((layer) => known.has(layer)));
  if (found !== undefined) return found;
  const offered = artifacts.map((artifact) => artifact.layers.join('>')).join(', ');
  throw refuse('unsupported-variant', `there is no decoder for the offered files: ${offered}`, {
    declared: offered,
    hint: 'Ask for another variant, or add the format to the list that you give to createRootdisk.',
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
