import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isErrno } from '../cache/cache-error.ts';
import { NotFoundError } from '../errors.ts';
import { writeBody } from './one-address.ts';
import { noteFor, writeNote } from './resume-note.ts';
import type { TransferJob } from './transfer-job.ts';

const pieceBytes = 1024 * 1024;

/** Copies a local file, always from its beginning. Resolves with its address. */
export async function copyLocalFile(job: TransferJob): Promise<{ url: URL }> {
  const { artifact, expectedBytes, staging, signal } = job;
  const { url } = artifact;
  // For processes that wait for this download; without a validator, no later call resumes it.
  const about = { sizeBytes: expectedBytes, validators: {}, ranges: false, joined: false };
  await writeNote(staging, noteFor(url, about));
  await writeBody(job, url, readPieces(fileURLToPath(url), signal));
  return { url };
}

async function* readPieces(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: pieceBytes, signal });
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new NotFoundError({
      code: 'ERR_NOT_FOUND',
      message: `${JSON.stringify(path)} cannot be read: ${error.code}`,
      hint: 'Give the path of an image file that can be read.',
      details: { field: 'file', value: path },
      cause: error,
    });
  }
}
