import type { Digest, TrustLevel } from '../../contracts/proof.ts';
import { hasRemedy } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { createTaskPool } from '../../kit/task-pool.ts';
import { checkOptions } from '../../parts/check-options.ts';
import { optionKinds } from '../../parts/option-kinds.ts';
import type { ImageLayer } from '../layout/image-manifest.ts';
import { openRepository, type RepositoryOptions } from './open-repository.ts';
import { listImageTags, readClaims, readTag } from './tagged-image.ts';

/** An image of a registry, as the registry describes it. Nothing was verified. */
export interface ListedImage {
  name: string;
  tag: string;
  /** Digest of the manifest. */
  digest: Digest;
  files: ImageLayer[];
  /** Total length of all files in bytes. */
  sizeBytes: number;
  /** The trust level in the record that was pushed with it; absent if there is no readable record. */
  claims?: TrustLevel;
}

export interface RegistryListing {
  images: ListedImage[];
  /** Number of tags of other programs, and of tags that do not hold the image that they name. */
  foreign: number;
}

/** Number of concurrent requests for images. */
const width = 6;

/** See `listRegistry`. */
export async function listImagesOf(
  place: string,
  options: RepositoryOptions,
): Promise<RegistryListing> {
  checkOptions<RepositoryOptions>(options, optionKinds.listRegistry);
  const { client, where, tell } = openRepository(place, options);
  tell('look', `reading the tags of ${where}`);
  const pool = createTaskPool(width);
  const tags = await listImageTags(client);
  const found = await Promise.all(
    tags.map((tag) =>
      pool.run(async (): Promise<ListedImage | undefined> => {
        const tagged = await readTag(client, tag);
        if (tagged?.kind !== 'image') return undefined;
        const { image, digest } = tagged;
        const claims = await readClaims(client, image).catch((error: unknown) => {
          // A claim is not verified, so an invalid one does not end the listing.
          if (hasRemedy(error, 'integrity') || isSenseless(error)) return undefined;
          throw error;
        });
        const sizeBytes = image.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
        return {
          ...{ name: image.name, tag, digest, files: image.layers, sizeBytes },
          ...defined({ claims: claims?.record?.trust.level }),
        };
      }),
    ),
  );
  const images = found.filter((one) => one !== undefined);
  return { images, foreign: tags.length - images.length };
}

function isSenseless(error: unknown): boolean {
  return hasRemedy(error, 'transfer') && error.code === 'ERR_METADATA';
}
