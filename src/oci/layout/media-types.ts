/** Media types of the parts of an image in a registry. */
export const mediaTypes: Readonly<Record<'manifest' | 'artifact' | 'config' | 'source', string>> = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  artifact: 'application/vnd.rootdisk.image.v1+json',
  config: 'application/vnd.rootdisk.image.config.v1+json',
  /** The bytes as the vendor published them. */
  source: 'application/vnd.rootdisk.source.v1',
};
