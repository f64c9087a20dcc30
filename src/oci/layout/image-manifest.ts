import { artifactRoles } from '../../contracts/artifact-roles.ts';
import type { Digest } from '../../contracts/proof.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import { defined } from '../../kit/defined.ts';
import { mediaTypes } from './media-types.ts';

/** Identifies a blob of an image. */
export interface BlobDescriptor {
  /** Always sha256. */
  digest: Digest;
  sizeBytes: number;
}

/** One published file of an image, as a layer. */
export interface ImageLayer extends BlobDescriptor {
  role: ArtifactRole;
  /** As the vendor published it. */
  fileName: string;
  /** Upstream address. */
  url?: string;
  sha512?: Digest;
}

/** The manifest of an image: its name, its known facts, and a layer for each published file. */
export interface RegistryImage {
  name: string;
  config: BlobDescriptor;
  /** One for each role, in the order of `artifactRoles`. */
  layers: ImageLayer[];
}

/** Keys of annotations. */
export const annotations: Readonly<Record<'name' | 'role' | 'url' | 'sha512' | 'title', string>> = {
  name: 'vnd.rootdisk.name',
  role: 'vnd.rootdisk.role',
  url: 'vnd.rootdisk.url',
  sha512: 'vnd.rootdisk.sha512',
  /** `oras pull` uses it as the name of the written file. */
  title: 'org.opencontainers.image.title',
};

/** The bytes of a manifest; the same image gives the same bytes. Inverse of `parseImageManifest`. */
export function formatImageManifest(image: RegistryImage): Uint8Array {
  const layers = image.layers.toSorted(
    (one, other) => artifactRoles.indexOf(one.role) - artifactRoles.indexOf(other.role),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaTypes.artifact,
    config: formatDescriptor(mediaTypes.config, image.config),
    layers: layers.map((layer) => ({
      ...formatDescriptor(mediaTypes.source, layer),
      annotations: defined({
        [annotations.title]: layer.fileName,
        [annotations.role]: layer.role,
        [annotations.sha512]: layer.sha512,
        [annotations.url]: layer.url,
      }),
    })),
    annotations: { [annotations.name]: image.name },
  };
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** The image with this layer, which replaces the layer of the same role. */
export function withLayer(image: RegistryImage, layer: ImageLayer): RegistryImage {
  const others = image.layers.filter(({ role }) => role !== layer.role);
  return { ...image, layers: [...others, layer] };
}

function formatDescriptor(
  mediaType: string,
  { digest, sizeBytes }: BlobDescriptor,
): Record<string, unknown> {
  return { mediaType, digest, size: sizeBytes };
}
