import { hasRemedy, IntegrityError } from '../../../errors.ts';
import { type Attempts, TransientFailure } from '../../../http/retry.ts';
import { publicUrl } from '../../../kit/public-url.ts';
import type { RegistryConnection } from '../connection.ts';
import type { BlobSource, RegistryClient } from '../registry-client.ts';
import { BlobPart } from './blob-part.ts';
import { ChunkedUpload, chunkBytesFor } from './chunks.ts';
import { closingUrl, uploadLocation } from './location.ts';
import { attemptsFor, sendOne } from './sender.ts';

type PutOptions = Parameters<RegistryClient['putBlob']>[1];
type BlobSize = RegistryClient['blobSize'];

/** After this many interruptions the upload is too long for the server, and chunks are used. */
const cutsBeforeChunks = 2;

/**
 * Pushes a blob unless the registry has it: as one request, which every registry supports, and in chunks if that is
 * refused or interrupted. The upload is complete when the registry states the right length; another length is
 * `ERR_SIZE`.
 */
export async function pushBlob(
  connection: RegistryConnection,
  blobSize: BlobSize,
  blob: BlobSource,
  options: PutOptions = {},
): Promise<'there' | 'mounted' | 'pushed'> {
  const upload = new BlobUpload(connection, blobSize, blob, options);
  return await upload.run();
}

class BlobUpload {
  readonly #connection: RegistryConnection;
  readonly #blobSize: BlobSize;
  readonly #blob: BlobSource;
  readonly #signal: AbortSignal;
  readonly #onBytes: (position: number) => void;
  readonly #attempts: Attempts;
  #from: string | undefined;
  #cuts = 0;

  constructor(
    connection: RegistryConnection,
    blobSize: BlobSize,
    blob: BlobSource,
    { from, onProgress, signal }: NonNullable<PutOptions>,
  ) {
    this.#connection = connection;
    this.#blobSize = blobSize;
    this.#blob = blob;
    this.#from = from;
    this.#signal = signal ?? connection.options.signal;
    let told = 0;
    this.#onBytes = (position) => {
      if (position > told) onProgress?.(position);
      told = Math.max(told, position);
    };
    this.#attempts = attemptsFor(connection, this.#signal);
  }

  async run(): Promise<'there' | 'mounted' | 'pushed'> {
    if (await this.#isThere()) return 'there';
    for (;;) {
      try {
        const how = await this.#pushWhole();
        if (how !== 'chunks') return how;
        await this.#pushChunks();
        return 'pushed';
      } catch (error) {
        await this.#attempts.next(error);
        // The upload may have succeeded although its answer was lost.
        if (await this.#isThere()) return 'pushed';
      }
    }
  }

  /** One request with all bytes; returns `chunks` if the registry does not accept that. */
  async #pushWhole(): Promise<'mounted' | 'pushed' | 'chunks'> {
    if (this.#cuts >= cutsBeforeChunks) return 'chunks';
    const location = await this.#begin();
    if (location === undefined) {
      await this.#requireWhole();
      return 'mounted';
    }
    const { digest, sizeBytes } = this.#blob;
    const body = new BlobPart(this.#blob, 0, sizeBytes, this.#onBytes);
    try {
      await sendOne(this.#connection, {
        method: 'PUT',
        url: closingUrl(location, digest),
        headers: { 'content-type': 'application/octet-stream', accept: '*/*' },
        body,
        signal: this.#signal,
        accepts: [200, 201, 202, 204],
        what: 'the upload of a blob',
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (body.failure !== undefined) throw body.failure.error;
      const status = hasRemedy(error, 'transfer') ? error.details.status : undefined;
      if (status === 413) return 'chunks';
      if (isCut(error)) this.#cuts += 1;
      // The registry has lost the session.
      throw status === 404 && hasRemedy(error, 'transfer') ? new TransientFailure(error) : error;
    }
    await this.#requireWhole();
    return 'pushed';
  }

  async #pushChunks(): Promise<void> {
    const upload = new ChunkedUpload(this.#connection, this.#blob, {
      chunkBytes: chunkBytesFor(this.#connection.place.host),
      signal: this.#signal,
      onBytes: this.#onBytes,
    });
    for (;;) {
      try {
        await upload.run(() => this.#attempts.progress());
        return await this.#requireWhole();
      } catch (error) {
        await this.#attempts.next(error);
        if (await this.#isThere()) return;
      }
    }
  }

  /** Address of the upload; `undefined` if the registry mounted the blob from the other repository. */
  async #begin(): Promise<URL | undefined> {
    const plain = this.#connection.url('blobs/uploads/');
    const from = this.#from;
    // A refused mount is not requested again.
    this.#from = undefined;
    const request = { method: 'POST', signal: this.#signal, accepts: [201, 202] } as const;
    if (from !== undefined) {
      const url = new URL(plain);
      url.search = new URLSearchParams({ mount: this.#blob.digest, from }).toString();
      const what = 'the mount of a blob';
      const mounted = await sendOne(this.#connection, { ...request, url, what }).catch((error) => {
        if (error instanceof TransientFailure || hasRemedy(error, 'transfer')) return undefined;
        throw error;
      });
      if (mounted?.status === 201) return undefined;
      if (mounted !== undefined) return uploadLocation(mounted, url);
    }
    const what = 'the start of an upload';
    const answer = await sendOne(this.#connection, {
      ...request,
      accepts: [202],
      url: plain,
      what,
    });
    return uploadLocation(answer, plain);
  }

  async #isThere(): Promise<boolean> {
    const { digest, sizeBytes } = this.#blob;
    return (await this.#blobSize(digest)) === sizeBytes;
  }

  async #requireWhole(): Promise<void> {
    const { digest, sizeBytes } = this.#blob;
    const stored = await this.#blobSize(digest);
    if (stored === sizeBytes) return;
    const shown = publicUrl(this.#connection.url(`blobs/${digest}`));
    throw new IntegrityError({
      code: 'ERR_SIZE',
      message: `${shown}: the registry took ${sizeBytes} bytes and ${stored === undefined ? 'has none' : `has ${stored}`}`,
      hint: 'Remove the blob from the registry, and report it to the maker of the registry if it happens again.',
      details: { url: shown, expected: String(sizeBytes), actual: String(stored ?? 0) },
    });
  }
}

function isCut(error: unknown): boolean {
  const errno = error instanceof TransientFailure ? error.failure.details.errno : undefined;
  return errno === 'ECONNRESET' || errno === 'EPIPE';
}
