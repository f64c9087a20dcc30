import { inCache } from '../cache/cache-error.ts';
import type { Body } from '../http/client.ts';
import { publicUrl } from '../kit/public-url.ts';
import { type Part, PartWindow } from './part-window.ts';
import { type DownloadNote, writeNote } from './resume-note.ts';
import type { TransferJob } from './transfer-job.ts';

/** Length of one of several requests: long enough that the wait for its first byte does not matter. */
export const partBytes: number = 8 * 1024 * 1024;

/** A body whose parts can be fetched by separate requests. */
export type PartedBody = Body & Required<Pick<Body, 'part' | 'endBytes'>> & { sizeBytes: number };

/** True for a body that was limited to its first part because the others can be fetched separately. */
export function isParted(body: Body): body is PartedBody {
  return body.part !== undefined && body.endBytes !== undefined && body.sizeBytes !== undefined;
}

/**
 * Fetches a file over several connections. Each one takes the next free part and writes it at its position, at most
 * as many parts ahead of the first missing byte as there are connections. Readers get the bytes in order. One failure
 * ends them all through `stop`, which must also end `body` and `job.signal`.
 */
export async function fetchParts(
  job: TransferJob,
  address: URL,
  body: PartedBody,
  note: DownloadNote,
  stop: AbortController,
): Promise<void> {
  const { call, gate, signal } = job;
  const { connections } = call.options;
  const window = new PartWindow({
    start: gate.readyBytes,
    end: body.sizeBytes,
    partBytes,
    windowBytes: connections * partBytes,
  });
  const first = await window.take(signal, body.endBytes);
  const work = [
    follow(job, address, window, note),
    ...Array.from({ length: connections }, (_, index) =>
      writeSome(job, body, window, index === 0 ? first : undefined),
    ),
  ].map((one) =>
    one.catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  // When this function ends, no connection may write to the file any more.
  await Promise.allSettled(work);
  if (stop.signal.aborted) throw stop.signal.reason;
}

/** The work of one connection; `first` is the part that was already requested. */
async function writeSome(
  { file, staging, signal }: TransferJob,
  body: PartedBody,
  window: PartWindow,
  first: Part | undefined,
): Promise<void> {
  for (let part = first ?? (await window.take(signal)); part; part = await window.take(signal)) {
    let position = part.start;
    const chunks = part === first ? body.chunks : body.part(part.start, part.end, signal);
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      await inCache(staging.download, 'write', () => file.write(position, chunk));
      position += chunk.length;
      window.wrote(part, position);
    }
  }
}

/** Makes the bytes ready in order, and notes the position for a later call. */
async function follow(
  { call, gate, staging, signal }: TransferJob,
  address: URL,
  window: PartWindow,
  note: DownloadNote,
): Promise<void> {
  const url = publicUrl(address);
  const sizeBytes = note.sizeBytes ?? 0;
  let noted = gate.readyBytes;
  for (;;) {
    const { mark } = window;
    await gate.pass(mark, address, mark === sizeBytes);
    call.progress.fetch(url, gate.readyBytes, sizeBytes);
    if (mark === sizeBytes) return;
    if (gate.readyBytes >= noted + partBytes) {
      noted = gate.readyBytes;
      await writeNote(staging, { ...note, readyBytes: noted });
    }
    if (window.mark === mark) await window.moved(signal);
  }
}
