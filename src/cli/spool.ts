import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { inOutput } from '../cache/cache-error.ts';
import { refuse } from '../errors.ts';
import type { Io } from './io.ts';

/** Runs `use` with a new folder below `parent`, and removes it with all it holds. */
export async function inSpoolFolder<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const prefix = join(parent, '.rootdisk-');
  const folder = await inOutput(prefix, 'make a folder at', () => mkdtemp(prefix));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes all of standard input to a new file of at most `maxBytes`. */
export async function spoolInput(
  stdin: Io['stdin'],
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<void> {
  await inOutput(path, 'write', async () => {
    const file = await open(path, 'wx', 0o600);
    try {
      let sizeBytes = 0;
      for await (const piece of addAbortSignal(signal, stdin)) {
        sizeBytes += piece.length;
        if (sizeBytes > maxBytes) throw tooLong(maxBytes);
        await file.writeFile(piece);
      }
    } finally {
      await file.close();
    }
  });
}

/** Writes a whole file to standard output, holes as zeros. A reader that has seen enough ends it early. */
export async function sendFile(path: string, stdout: Writable, signal: AbortSignal): Promise<void> {
  await sendStream(createReadStream(path, { highWaterMark: 1024 * 1024, signal }), stdout, signal);
}

/** The same for bytes from elsewhere. */
export async function sendStream(
  file: Readable,
  stdout: Writable,
  signal: AbortSignal,
): Promise<void> {
  // The stream goes on to carry what comes behind, so that it is not ended here.
  file.pipe(stdout, { end: false });
  const closed = finished(stdout, { readable: false, signal, cleanup: true });
  await Promise.race([finished(file, { signal, cleanup: true }), closed.catch(() => {})]);
  file.destroy();
}

function tooLong(limit: number): Error {
  return refuse('limit', `standard input is longer than the limit of ${limit} bytes`, {
    limit,
    hint: 'If you expect that much, raise the limit: --limit downloadBytes=SIZE.',
  });
}
