import type { Digest } from '../../contracts/proof.ts';
import { hasRemedy, isImageError } from '../../errors.ts';
import { hexOf } from '../../kit/digest.ts';
import { hasStatus } from '../client/statuses.ts';
import type { BlobDescriptor } from '../layout/image-manifest.ts';
import type { Repository } from './open-repository.ts';

/** `short`: shorter than the length in the manifest. `unreadable`: a config that cannot be parsed. */
export type BlobState = 'intact' | 'missing' | 'short' | 'other-bytes' | 'unreadable';

/** The state of a blob, and what the operator of the registry should do. */
export interface BlobFinding {
  state: BlobState;
  reason?: string;
  advice?: string;
}

/** The finding for a blob that differs from the manifest. */
export function badBlob(
  state: Exclude<BlobState, 'intact'>,
  digest: Digest,
  reason: string,
): BlobFinding {
  return { state, reason, advice: adviceFor(state, digest) };
}

/**
 * Seen on docker-registry 2.8: it answers 201 to a push of the right bytes and keeps the wrong ones, even after
 * DELETE.
 */
function adviceFor(state: BlobState, digest: Digest): string {
  if (state === 'missing') return 'Push the image again: rootdisk registry push.';
  if (state === 'unreadable') return 'Remove this image from the registry, and push it again.';
  const hex = hexOf(digest);
  return `Pushing again does not repair it, because the registry keeps the bytes that it has. Stop the registry, remove blobs/sha256/${hex.slice(0, 2)}/${hex}/data from its storage (or remove the image and let garbage collection delete the blob), start the registry, and push the image again: rootdisk registry push.`;
}

/** Reads a blob to its end, and passes its bytes to `update`; the caller decides whether they are right. */
export async function readBlobWhole(
  { client, signal, meter }: Repository,
  { digest, sizeBytes }: BlobDescriptor,
  update: (chunk: Uint8Array) => void | Promise<void>,
): Promise<BlobFinding> {
  const tell = meter(digest, sizeBytes);
  let position = 0;
  try {
    for await (const chunk of client.readBlob(digest, { sizeBytes, signal })) {
      await update(chunk);
      position += chunk.length;
      tell(position);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (hasStatus(error, 404)) return badBlob('missing', digest, 'the registry does not have it');
    if (hasRemedy(error, 'integrity')) return badBlob('short', digest, error.message);
    // The connection is closed each time although the registry answers: it has fewer bytes than it states.
    const isCut = isImageError(error) && error.code === 'ERR_NETWORK';
    if (!isCut || (await client.blobSize(digest)) === undefined) throw error;
    return badBlob('short', digest, `it ends after ${position} of ${sizeBytes} bytes`);
  }
  if (position === sizeBytes) return { state: 'intact' };
  return badBlob('short', digest, `it has ${position} bytes, the manifest states ${sizeBytes}`);
}

/** The same for a config, which `read` reads completely. */
export async function smallState(
  { digest }: BlobDescriptor,
  read: () => Promise<void>,
): Promise<BlobFinding> {
  try {
    await read();
    return { state: 'intact' };
  } catch (error) {
    if (hasRemedy(error, 'integrity')) return badBlob('other-bytes', digest, error.message);
    const isSenseless = isImageError(error) && error.code === 'ERR_METADATA';
    if (!isSenseless) throw error;
    return badBlob('unreadable', digest, error.message);
  }
}
