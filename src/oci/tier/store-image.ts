import { createHash } from 'node:crypto';
import type { Digest } from '../../contracts/proof.ts';
import type { TierUpload } from '../../contracts/tier.ts';
import { defined } from '../../kit/defined.ts';
import type { BlobSource, RegistryClient } from '../client/registry-client.ts';
import { formatConfig } from '../layout/config.ts';
import {
  type BlobDescriptor,
  formatImageManifest,
  type ImageLayer,
  type RegistryImage,
  withLayer,
} from '../layout/image-manifest.ts';
import { mediaTypes } from '../layout/media-types.ts';
import { formatTag } from '../layout/tag.ts';
import { findImage } from './find-image.ts';

/** Another host may put its manifest over ours meanwhile: a registry knows no other order than the last one. */
const rounds = 3;

/** How an image is pushed. */
export interface StoreOptions {
  /** A repository of the same registry that may have the blobs. */
  from?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((bytes: number) => void) | undefined;
}

/** Pushes a verified file and its place in the image: blobs first, the manifest last. */
export async function storeImage(
  client: RegistryClient,
  upload: TierUpload,
  options: StoreOptions = {},
): Promise<void> {
  const layer = layerOf(upload);
  const { from, signal, onProgress } = options;
  const put = { ...defined({ from, signal }) };
  const blob = { digest: layer.digest, sizeBytes: layer.sizeBytes, read: upload.read };
  await client.putBlob(blob, { ...put, ...defined({ onProgress }) });
  for (let round = 1; round <= rounds; round += 1) {
    const found = await findImage(client, upload.name);
    const image = withLayer(found?.image ?? (await emptyImage(client, upload, put)), layer);
    // A boot file knows nothing of the disk that lies there.
    if (upload.role === 'disk' && found !== undefined) {
      image.config = await pushConfig(client, upload, put);
    }
    const bytes = formatImageManifest(image);
    if (found !== undefined && Buffer.compare(found.manifest, bytes) === 0) return;
    await client.putManifest(formatTag(upload.name), bytes, mediaTypes.manifest);
    if (round === rounds) return;
    const after = (await findImage(client, upload.name))?.image.layers;
    if (after?.some(({ digest }) => digest === layer.digest)) return;
  }
}

function layerOf({ role, fileName, url, digests, sizeBytes }: TierUpload): ImageLayer {
  const digestBy = (algorithm: string): Digest | undefined =>
    digests.find((digest) => digest.startsWith(algorithm));
  const digest = digestBy('sha256:');
  if (digest === undefined) throw new TypeError('a file without its sha256 cannot be pushed');
  return { role, fileName, digest, sizeBytes, url, ...defined({ sha512: digestBy('sha512:') }) };
}

async function emptyImage(
  client: RegistryClient,
  upload: TierUpload,
  put: StoreOptions & object,
): Promise<RegistryImage> {
  return { name: upload.name, config: await pushConfig(client, upload, put), layers: [] };
}

async function pushConfig(
  client: RegistryClient,
  { name, record, evidence }: TierUpload,
  { from, signal }: StoreOptions,
): Promise<BlobDescriptor> {
  const blob = blobOfBytes(formatConfig({ name, record, evidence }));
  await client.putBlob(blob, { ...defined({ from, signal }) });
  return { digest: blob.digest, sizeBytes: blob.sizeBytes };
}

/** Bytes at hand as a blob. */
export function blobOfBytes(bytes: Uint8Array): BlobSource {
  return {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    sizeBytes: bytes.length,
    async *read(start) {
      yield bytes.subarray(start);
    },
  };
}
