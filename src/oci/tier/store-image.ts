import { createHash } from 'node:crypto';
import type { Digest } from '../../contracts/proof.ts';
import type { TierUpload } from '../../contracts/tier.ts';
import { sleep } from '../../kit/abort.ts';
import { defined } from '../../kit/defined.ts';
import type { BlobSource, RegistryClient } from '../client/registry-client.ts';
import { formatConfig } from '../layout/config.ts';
import {
  type BlobDescriptor,
  formatImageManifest,
  type ImageLayer,
  withLayer,
} from '../layout/image-manifest.ts';
import { mediaTypes } from '../layout/media-types.ts';
import { formatTag } from '../layout/tag.ts';
import { findImage } from './find-image.ts';

/** Another host may overwrite our manifest meanwhile: in a registry the last writer wins. */
const rounds = 5;
/** After this time, a host that read the tag before our write has almost always written it. */
const settleMs = 400;

/** Options of a push. */
export interface StoreOptions {
  /** A repository of the same registry that may have the blobs. */
  from?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((bytes: number) => void) | undefined;
}

/** Pushes a verified file and adds it to the image: blobs first, the manifest last. */
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
  // Before the tag is read, so that the time between reading and writing it is short.
  const own = upload.role === 'disk' ? await pushConfig(client, upload, put) : undefined;
  for (let round = 1; round <= rounds; round += 1) {
    const found = await findImage(client, upload.name);
    // The upload of a boot file has no facts about the disk in the registry.
    const config = own ?? found?.image.config ?? (await pushConfig(client, upload, put));
    const layers = found?.image.layers ?? [];
    const image = withLayer({ name: upload.name, config, layers }, layer);
    const bytes = formatImageManifest(image);
    if (found !== undefined && Buffer.compare(found.manifest, bytes) === 0) return;
    await client.putManifest(formatTag(upload.name), bytes, mediaTypes.manifest);
    await sleep(settleMs * (0.5 + Math.random()), signal);
  }
}

function layerOf({ role, fileName, url, digests, sizeBytes }: TierUpload): ImageLayer {
  const digestBy = (algorithm: string): Digest | undefined =>
    digests.find((digest) => digest.startsWith(algorithm));
  const digest = digestBy('sha256:');
  if (digest === undefined) throw new TypeError('a file without its sha256 cannot be pushed');
  return { role, fileName, digest, sizeBytes, url, ...defined({ sha512: digestBy('sha512:') }) };
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

/** Bytes in memory as a blob. */
function blobOfBytes(bytes: Uint8Array): BlobSource {
  return {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    sizeBytes: bytes.length,
    async *read(start) {
      yield bytes.subarray(start);
    },
  };
}
