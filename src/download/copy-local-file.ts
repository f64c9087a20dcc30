import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { noteFor, writeNote } from './download-note.ts';
import type { TransferJob } from './transfer-job.ts';
import { writeBody } from './write-body.ts';

const pieceBytes = 1024 * 1024;

/** Copies a file of this machine, always from its beginning. Resolves with its address. */
export async function copyLocalFile(job: TransferJob): Promise<URL> {
  const { artifact, expectedBytes, staging, signal } = job;
  const { url } = artifact;
  // For callers that wait; without a validator nobody continues from it.
  const about = { sizeBytes: expectedBytes, validators: {}, ranges: false, joined: false };
  await writeNote(staging, noteFor(url, about));
  const chunks = createReadStream(fileURLToPath(url), { highWaterMark: pieceBytes, signal });
  await writeBody(job, url, chunks);
  return url;
}
