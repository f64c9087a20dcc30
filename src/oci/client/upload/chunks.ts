import { hasRemedy } from '../../../errors.ts';
import { TransientFailure } from '../../../http/retry.ts';
import type { SentAnswer } from '../../../http/send.ts';
import type { RegistryConnection } from '../connection.ts';
import type { BlobSource } from '../registry-client.ts';
import { BlobPart } from './blob-part.ts';
import { closingUrl, uploadLocation } from './location.ts';
import { sendOne } from './sender.ts';

const mib = 1024 * 1024;
const leastChunkBytes = 4 * mib;

/** Chunk size that a registry accepts: GHCR refuses more than 4 MiB; ECR requires 5 to 10 MiB. */
export function chunkBytesFor(host: string): number {
  return host === 'ghcr.io' ? leastChunkBytes : 8 * mib;
}

/** An upload in chunks that can continue after a failure between them. */
export class ChunkedUpload {
  readonly #connection: RegistryConnection;
  readonly #blob: BlobSource;
  #chunkBytes: number;
  readonly #signal: AbortSignal;
  readonly #onBytes: (position: number) => void;
  /** Address of the next request; absent before the first one, and after the session was lost. */
  #location: URL | undefined;
  /** Number of bytes sent: some registries always state the same position. */
  #sent = 0;

  constructor(
    connection: RegistryConnection,
    blob: BlobSource,
    {
      chunkBytes,
      signal,
      onBytes,
    }: {
      chunkBytes: number;
      signal: AbortSignal;
      onBytes: (position: number) => void;
    },
  ) {
    this.#connection = connection;
    this.#blob = blob;
    this.#chunkBytes = chunkBytes;
    this.#signal = signal;
    this.#onBytes = onBytes;
  }

  /**
   * Sends the remaining chunks. May be called again after a `TransientFailure`. `onChunk` is called after each
   * accepted chunk.
   */
  async run(onChunk: () => void): Promise<void> {
    const { sizeBytes, digest } = this.#blob;
    this.#location ??= await this.#begin();
    while (sizeBytes - this.#sent > this.#chunkBytes) {
      const end = this.#sent + this.#chunkBytes;
      const answer = await this.#send('PATCH', this.#location, end);
      this.#location = uploadLocation(answer, this.#location);
      this.#sent = end;
      onChunk();
    }
    // The last chunk closes the upload, because some registries fail at a closing request without a chunk.
    await this.#send('PUT', closingUrl(this.#location, digest), sizeBytes);
  }

  async #begin(): Promise<URL> {
    const url = this.#connection.url('blobs/uploads/');
    const answer = await sendOne(this.#connection, {
      method: 'POST',
      url,
      signal: this.#signal,
      accepts: [202],
      what: 'the start of an upload',
    });
    this.#sent = 0;
    return uploadLocation(answer, url);
  }

  async #send(method: 'PATCH' | 'PUT', url: URL, end: number): Promise<SentAnswer> {
    const body = new BlobPart(this.#blob, this.#sent, end, this.#onBytes);
    const range = body.sizeBytes > 0 && { 'content-range': `${this.#sent}-${end - 1}` };
    try {
      return await sendOne(this.#connection, {
        method,
        url,
        headers: { 'content-type': 'application/octet-stream', accept: '*/*', ...range },
        body,
        signal: this.#signal,
        accepts: [200, 201, 202, 204],
        what: 'a chunk of an upload',
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (body.failure !== undefined) throw body.failure.error;
      throw await this.#afterFailure(error);
    }
  }

  /** Asks for the position of the session; a lost session starts again with the next run. */
  async #afterFailure(error: unknown): Promise<unknown> {
    const status = hasRemedy(error, 'transfer') ? (error.details.status ?? 0) : 0;
    const isLost = [404, 413, 416].includes(status);
    if (status >= 413) this.#chunkBytes = Math.min(this.#chunkBytes, leastChunkBytes);
    if (!isLost && !(error instanceof TransientFailure)) return error;
    const location = this.#location;
    this.#location = undefined;
    if (location === undefined || isLost) return retriable(error);
    try {
      const answer = await sendOne(this.#connection, {
        method: 'GET',
        url: location,
        signal: this.#signal,
        accepts: [204],
        what: 'the state of an upload',
      });
      const stored = storedBytes(answer, this.#sent);
      if (stored >= this.#sent && stored <= this.#sent + this.#chunkBytes) {
        this.#sent = Math.min(stored, this.#blob.sizeBytes);
        const isTold = answer.headers['location'] !== undefined;
        this.#location = isTold ? uploadLocation(answer, location) : location;
      }
    } catch {
      // A session that cannot be asked is lost; the original failure is reported.
    }
    return error;
  }
}

/** `Range: 0-<last byte>`, which is also `0-0` for an empty session. */
function storedBytes(answer: SentAnswer, sent: number): number {
  const [, last = ''] =
    /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.headers['range']?.trim() ?? '') ?? [];
  if (last === '') return sent;
  return last === '0' && sent === 0 ? 0 : Number(last) + 1;
}

function retriable(error: unknown): unknown {
  return hasRemedy(error, 'transfer') ? new TransientFailure(error) : error;
}
