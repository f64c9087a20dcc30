import type { Digest } from '../../contracts/proof.ts';
import type { TierFile } from '../../contracts/tier.ts';
import { algorithmOf } from '../../kit/digest.ts';
import type { RegistryClient } from '../client/registry-client.ts';
import type { ImageLayer, RegistryImage } from '../layout/image-manifest.ts';
import { parseImageManifest } from '../layout/parse-image-manifest.ts';
import { formatTag } from '../layout/tag.ts';

/** An image of a registry, and the manifest that it was read from. */
export interface FoundImage {
  image: RegistryImage;
  manifest: Uint8Array;
}

/**
 * The image of this name in the registry; `undefined` if there is none. Throws `ERR_METADATA` if its tag holds
 * something else.
 */
export async function findImage(
  client: Pick<RegistryClient, 'manifest' | 'place'>,
  name: string,
): Promise<FoundImage | undefined> {
  const tag = formatTag(name);
  const stored = await client.manifest(tag);
  if (stored === undefined) return undefined;
  const { host, repository } = client.place;
  const image = parseImageManifest(stored, `${host}/${repository}:${tag}`, name);
  return { image, manifest: stored.bytes };
}

/** Why a layer cannot be the file, judged by the digests and size from the proofs; `undefined` if it can. */
export function contradiction(layer: ImageLayer, file: TierFile): string | undefined {
  const stated = new Set<Digest | undefined>([layer.digest, layer.sha512]);
  const algorithms = new Set(['sha256', layer.sha512 === undefined ? '' : 'sha512']);
  const wrong = file.digests.find(
    (digest) => algorithms.has(algorithmOf(digest)) && !stated.has(digest),
  );
  if (wrong !== undefined) return `the proofs say ${wrong}`;
  const { sizeBytes = layer.sizeBytes } = file;
  return sizeBytes === layer.sizeBytes ? undefined : `the proofs say ${sizeBytes} bytes`;
}
