import { createHash, type Hash } from 'node:crypto';
import type { GrowingFile } from '../bytes/growing-file.ts';
import { IntegrityError, TransferError } from '../errors.ts';
import type { Body } from '../http/client.ts';

interface EarlyRange {
  start: number;
  end: number;
  /** Digest of the bytes that were fetched early. */
  sha256: string;
  /** Digest of the same range in the main pass, as far as it has come. */
  passed: Hash;
}

/** Most bytes that are fetched early and not yet compared: enough for some thousand tables of a disk image. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Ranges of a file that are fetched before the download reaches them. Each is compared later with the bytes from the
 * main pass; until then it is unverified.
 */
export class EarlyRanges {
  readonly #file: GrowingFile;
  readonly #fileName: string;
  readonly #signal: AbortSignal;
  readonly #ranges = new Set<EarlyRange>();
  #heldBytes = 0;
  #body: Promise<Body | undefined> = Promise.resolve(undefined);

  constructor(file: GrowingFile, fileName: string, signal: AbortSignal) {
    this.#file = file;
    this.#fileName = fileName;
    this.#signal = signal;
  }

  /** Sets the body from which ranges are fetched; `file.ahead` is present while this is likely to work. */
  from(body: Promise<Body | undefined>): void {
    this.#body = body;
    // The transfer awaits it too and reports its failure; the empty handler keeps Node from reporting it earlier.
    body.catch(() => {});
    this.#file.ahead = (position, length) => this.#fetch(position, length);
  }

  /** Ranges cannot be fetched from this source. */
  stop(): void {
    this.#body = Promise.resolve(undefined);
    delete this.#file.ahead;
  }

  /** True if the main pass must compare bytes from `start` to `end` (exclusive). */
  touches(start: number, end: number): boolean {
    for (const range of this.#ranges) if (range.start < end && range.end > start) return true;
    return false;
  }

  /**
   * Called when the main pass has read these bytes. Throws `ERR_DIGEST` if they differ from those that were fetched
   * early.
   */
  compare(position: number, chunk: Uint8Array): void {
    for (const range of this.#ranges) {
      const from = Math.max(0, range.start - position);
      const to = Math.min(chunk.length, range.end - position);
      if (from >= to) continue;
      range.passed.update(chunk.subarray(from, to));
      if (position + to === range.end) this.#finish(range);
    }
  }

  /**
   * Called when the main pass has reached the end of the file. Throws `ERR_DIGEST` if bytes beyond the end were
   * fetched early.
   */
  finish(): void {
    for (const range of this.#ranges) this.#finish(range);
  }

  async #fetch(position: number, length: number): Promise<Uint8Array> {
    const file = this.#file;
    const end = Math.min(position + length, file.sizeBytes ?? Infinity);
    if (end <= file.readyBytes || end <= position) return file.read(position, length);
    const start = Math.max(position, file.readyBytes);
    if (this.#heldBytes + end - start > maxBytes) throw unavailable(`more than ${maxBytes} bytes`);
    this.#heldBytes += end - start;
    let isHeld = false;
    try {
      const body = await this.#body;
      if (body?.part === undefined) throw unavailable('the server does not support ranges');
      const fetched = await collect(body.part(start, end, this.#signal));
      if (fetched.length !== end - start) throw unavailable('the answer is too short');
      const readyBytes = Math.max(start, Math.min(file.readyBytes, end));
      const late = fetched.subarray(readyBytes - start);
      // No await from here until the range is in the list, so the main pass cannot miss it.
      if (late.length > 0) {
        this.#hold(readyBytes, end, late);
        this.#heldBytes -= readyBytes - start;
        isHeld = true;
      }
      if (readyBytes <= position) return fetched;
      return Buffer.concat([await file.read(position, readyBytes - position), late]);
    } finally {
      if (!isHeld) this.#heldBytes -= end - start;
    }
  }

  #hold(start: number, end: number, bytes: Uint8Array): void {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#ranges.add({ start, end, sha256, passed: createHash('sha256') });
  }

  #finish(range: EarlyRange): void {
    this.#ranges.delete(range);
    this.#heldBytes -= range.end - range.start;
    const passed = range.passed.digest('hex');
    if (passed === range.sha256) return;
    throw new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${this.#fileName}: the bytes from ${range.start} to ${range.end} came in two different versions`,
      hint: 'Try again; if it happens again, do not use this server.',
      details: {
        fileName: this.#fileName,
        expected: `sha256:${range.sha256}`,
        actual: `sha256:${passed}`,
        reason: 'early-bytes-differ',
      },
    });
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  // A chunk is valid only until the next one is requested.
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}

function unavailable(why: string): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `bytes cannot be fetched early: ${why}`,
    hint: 'Wait for the download to reach them.',
    details: {},
  });
}
