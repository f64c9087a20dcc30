import type { Digest } from '../../contracts/proof.ts';
import { hasRemedy, isImageError } from '../../errors.ts';
import { hexOf } from '../../kit/digest.ts';
import { hasStatus } from '../client/statuses.ts';
import type { BlobDescriptor } from '../layout/image-manifest.ts';
import type { Repository } from './open-repository.ts';

/** `short`: it ends before the length that the manifest states. `unreadable`: a config that makes no sense. */
export type BlobState = 'intact' | 'missing' | 'short' | 'other-bytes' | 'unreadable';

/** What a blob is, and what the operator of the registry has to do about it. */
export interface BlobFinding {
  state: BlobState;
  reason?: string;
  advice?: string;
}

/** A blob that is not what the manifest says. */
export function badBlob(
  state: Exclude<BlobState, 'intact'>,
  digest: Digest,
  reason: string,
): BlobFinding {
  return { state, reason, advice: adviceFor(state, digest) };
}

/** Seen on docker-registry 2.8: a push of the right bytes is answered with 201 and keeps the wrong ones, even after DELETE. */
function adviceFor(state: BlobState, digest: Digest): string {
  if (state === 'missing') return 'Push the image again: rootdisk registry push.';
  if (state === 'unreadable') return 'Remove this image from the registry, and push it again.';
  const hex = hexOf(digest);
  return `Pushing again does not heal it: the registry keeps the bytes that it has. Stop the registry, remove blobs/sha256/${hex.slice(0, 2)}/${hex}/data from its storage (or remove the image and let garbage collection delete the blob), start the registry, and push the image again: rootdisk registry push.`;
}

/** Reads a blob to its end, and gives its bytes to `update`; whether they are the right ones is for the caller to say. */
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
    // The connection is cut each time, though the registry answers: it has fewer bytes than it states.
    const isCut = isImageError(error) && error.code === 'ERR_NETWORK';
    if (!isCut || (await client.blobSize(digest)) === undefined) throw error;
    return badBlob('short', digest, `it ends after ${position} of ${sizeBytes} bytes`);
  }
  if (position === sizeBytes) return { state: 'intact' };
  return badBlob('short', digest, `it has ${position} bytes, the manifest states ${sizeBytes}`);
}

/** The same of a config, which `read` reads whole. */
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
