import { createHash } from 'node:crypto';

/** A descriptor of a manifest or an index. */
export interface MadeDescriptor {
  mediaType: string;
  digest: string;
  size: number;
  [more: string]: unknown;
}

export const types = {
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  docker: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  index: 'application/vnd.oci.image.index.v1+json',
  oci: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

/** One repository of a registry, as documents by their address. */
export interface MadeRepository {
  base: string;
  documents: Record<string, string | Uint8Array>;
  blob(mediaType: string, content: string | Uint8Array, more?: object): MadeDescriptor;
  /** Under its digest, and under the tag if there is one. */
  manifest(mediaType: string, content: object, tag?: string): MadeDescriptor;
  /** A config with this architecture, and a manifest of these layers. */
  image(arch: string | undefined, layers: MadeDescriptor[], tag?: string): MadeDescriptor;
}

export function sha256Of(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

export function makeRepository(origin: string, repository: string): MadeRepository {
  const base = `${origin}v2/${repository}/`;
  const documents: MadeRepository['documents'] = {};
  const describe = (mediaType: string, content: string | Uint8Array): MadeDescriptor => ({
    mediaType,
    digest: sha256Of(content),
    size: Buffer.byteLength(content),
  });
  const made: MadeRepository = {
    base,
    documents,
    blob(mediaType, content, more = {}) {
      const descriptor = describe(mediaType, content);
      documents[`${base}blobs/${descriptor.digest}`] = content;
      return { ...descriptor, ...more };
    },
    manifest(mediaType, content, tag) {
      const text = JSON.stringify({ schemaVersion: 2, mediaType, ...content });
      const descriptor = describe(mediaType, text);
      for (const reference of [descriptor.digest, tag ?? []].flat()) {
        documents[`${base}manifests/${reference}`] = text;
      }
      return descriptor;
    },
    image(architecture, layers, tag) {
      const content = JSON.stringify({ architecture, os: 'linux', config: {}, rootfs: {} });
      const config = made.blob(types.dockerConfig, content);
      return made.manifest(types.docker, { config, layers }, tag);
    },
  };
  return made;
}
