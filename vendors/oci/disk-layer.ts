import {
  type Artifact,
  type ArtifactRole,
  type DecodeError,
  defined,
  digest,
  refuse,
  type VendorContext,
} from '../../src/kit.ts';
import { isDiskName, layersOfName } from '../shared/disk-names.ts';
import type { OciDescriptor } from './oci-descriptor.ts';
import type { OciManifest } from './oci-manifest.ts';
import type { RegistryName } from './registry-name.ts';

/** The layer that holds the disk of an image, and the files that boot it. */
export interface ImageFiles {
  disk: Artifact;
  kernel?: Artifact;
  initrd?: Artifact;
}

const title = 'org.opencontainers.image.title';
/** The annotation with which `rootdisk` marks the role of a layer in its own artifacts. */
const roleKey = 'vnd.rootdisk.role';
const layerType =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](gzip|zstd))?$/;
const codecs: Record<string, string> = { gzip: 'gz', zstd: 'zst' };

/** The formats of a container image's layers, outermost first; `undefined` for a layer of another kind. */
function layersOfType(mediaType: string): string[] | undefined {
  const [whole, codec = ''] = layerType.exec(mediaType) ?? [];
  if (whole === undefined) return undefined;
  return [codecs[codec] ?? [], 'tar'].flat();
}

/**
 * The layer that holds the disk: one with that role, one with the file name of a disk, or the topmost layer of a
 * container image that has a folder `disk`. `ERR_UNSUPPORTED_FORMAT` if there is none.
 */
export async function findImageFiles(
  name: RegistryName,
  manifest: OciManifest,
  context: VendorContext,
): Promise<ImageFiles> {
  const { layers, document } = manifest;
  const describe = (layer: OciDescriptor | undefined, more: Partial<Artifact> = {}) =>
    layer && describeLayer(name, layer, document.digest, more);
  const ofRole = (role: ArtifactRole): OciDescriptor | undefined =>
    layers.find(({ annotations }) => annotations[roleKey] === role);
  const own = describe(ofRole('disk'));
  if (own !== undefined) {
    const raw = { layers: [] };
    const boot = {
      kernel: describe(ofRole('kernel'), raw),
      initrd: describe(ofRole('initrd'), raw),
    };
    return { disk: own, ...defined(boot) };
  }
  const named = layers.filter(({ annotations }) => isDiskName(annotations[title] ?? ''));
  const [disk, ...others] = named;
  if (disk !== undefined) {
    if (others.length > 0) throw severalDisks(named, document.where);
    return { disk: describeLayer(name, disk, document.digest) };
  }
  const packed = layers.filter(({ mediaType }) => layersOfType(mediaType) !== undefined);
  if (packed.length === 0) throw noDisk(manifest);
  const top = packed.length === 1 ? packed[0] : await findTop(name, packed, context);
  if (top === undefined) throw noDisk(manifest);
  return { disk: describeLayer(name, top, document.digest, { entry: 'disk/' }) };
}

/** Loaded on demand: few images have several layers. */
async function findTop(
  name: RegistryName,
  layers: readonly OciDescriptor[],
  context: VendorContext,
): Promise<OciDescriptor | undefined> {
  const { findTopLayer } = await import('./top-layer.ts');
  return findTopLayer(name, layers, context);
}

function describeLayer(
  { repository, base }: RegistryName,
  { digest: ofLayer, sizeBytes, mediaType, annotations }: OciDescriptor,
  manifest: string,
  more: Partial<Artifact> = {},
): Artifact {
  const packed = layersOfType(mediaType);
  const given = annotations[title] ?? '';
  const isName = /^[^/\\\0]+$/.test(given) && !/^\.\.?$/.test(given);
  const stem = repository.slice(repository.lastIndexOf('/') + 1);
  const kind = packed === undefined ? '' : `.${packed.toReversed().join('.')}`;
  return {
    url: new URL(`blobs/${ofLayer}`, base),
    fileName: isName ? given : `${stem}${kind}`,
    sizeBytes,
    layers: packed ?? layersOfName(given),
    ...more,
    proofs: [digest({ digest: ofLayer, from: `the manifest ${manifest}` })],
  };
}

function severalDisks(named: readonly OciDescriptor[], where: string): DecodeError {
  const names = named.map(({ annotations }) => JSON.stringify(annotations[title])).join(', ');
  return refuse('ambiguous-content', `${where} holds several disks: ${names}`, {
    hint: 'Ask for an image that holds one disk.',
  });
}

function noDisk({ layers, document, artifactType }: OciManifest): DecodeError {
  const types = [...new Set(layers.map(({ mediaType }) => mediaType))];
  if (types.some((type) => type.startsWith('application/vnd.cirruslabs.tart.'))) {
    const message = `${document.where} is an image of Tart: its disk is compressed with Apple's LZ4, which is not supported`;
    return refuse('unsupported-variant', message, {
      hint: 'Pull it with tart, and give the path of its disk.img.',
    });
  }
  const found = types.length === 0 ? artifactType : types.join(', ');
  return refuse('unsupported-variant', `${document.where} has no disk, only ${found}`, {
    hint: 'Ask for a container disk: an image with one file in /disk, or a layer that is named as a disk.',
  });
}
