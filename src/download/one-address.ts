import { inCache } from '../cache/cache-error.ts';
import { TransferError } from '../errors.ts';
import type { Body, ResumePoint } from '../http/client.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import { fetchParts, isParted, partBytes } from './fetch-parts.ts';
import type { PartialDownload } from './open-partial.ts';
import { type DownloadNote, hashAddress, hashPlace, noteFor, writeNote } from './resume-note.ts';
import type { TransferJob } from './transfer-job.ts';
import type { TransferSource } from './transfer-source.ts';

/** The state of a transfer when an address is asked. */
export interface Place {
  /** The bytes that an earlier call got from this address. */
  partial: PartialDownload | undefined;
  /** True if the file holds bytes of more than one transfer. */
  joined: boolean;
}

/** Fetches all missing bytes from one address. */
export async function transferFrom(
  job: TransferJob,
  source: TransferSource,
  place: Place,
): Promise<void> {
  const address = source.url;
  const { call, gate } = job;
  const resume = findResumePoint(job, place.partial);
  // Bytes of another address are resumed without a validator, but parts need one.
  const isSingle = call.options.connections === 1 || resume?.judged === true;
  if (isSingle) return await overOne(job, source, place, resume);
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  let body: Body | undefined;
  try {
    body = await open({ ...job, signal }, source, resume, partBytes);
    const note = await begin(job, source, place, body);
    if (!isParted(body)) return await writeBody(job, address, body.chunks);
    await fetchParts({ ...job, signal }, address, body, note, stop);
  } catch (error) {
    stop.abort(error);
    if (!(error instanceof TransferError) || job.signal.aborted) throw error;
    if (body === undefined || !isParted(body)) throw error;
    const message = `the download continues over one connection, because several failed: ${error.message}`;
    call.options.log({ level: 'warn', message });
    const { sizeBytes, validators } = body;
    const position = gate.readyBytes;
    await overOne(
      job,
      source,
      place,
      position > 0 ? { position, sizeBytes, validators } : undefined,
    );
  }
}

/** The first missing byte, with the validators of an earlier call, or with only the length to compare. */
function findResumePoint(
  { gate, file }: TransferJob,
  partial: PartialDownload | undefined,
): ResumePoint | undefined {
  const position = gate.readyBytes;
  if (position === 0) return undefined;
  if (partial === undefined) {
    return { position, sizeBytes: file.sizeBytes, validators: {}, judged: true };
  }
  const { sizeBytes, validators } = partial.note;
  return { position, sizeBytes, validators };
}

async function overOne(
  job: TransferJob,
  source: TransferSource,
  place: Place,
  resume: ResumePoint | undefined,
): Promise<void> {
  const body = await open(job, source, resume, undefined);
  const note = await begin(job, source, place, body);
  await writeBody(job, source.url, noteSeams(job, body, note));
}

/** Notes each resumed interruption: there, bytes of two transfers meet, as between two calls. */
async function* noteSeams(
  { staging, way }: TransferJob,
  body: Body,
  note: DownloadNote,
): AsyncIterable<Uint8Array> {
  let { joined } = note;
  for await (const chunk of body.chunks) {
    if (!joined && body.isContinued()) {
      joined = true;
      await writeNote(staging, { ...note, ...way, joined });
    }
    yield chunk;
  }
}

function open(
  { expectedBytes, early, signal }: TransferJob,
  source: TransferSource,
  resume: ResumePoint | undefined,
  firstBytes: number | undefined,
): Promise<Body> {
  const opening = source.open({ expectedBytes, signal, resume, firstBytes });
  early.from(opening);
  return opening;
}

/** Prepares the file and its note for the bytes: nothing in the file is beyond the first missing byte. */
async function begin(
  job: TransferJob,
  source: TransferSource,
  place: Place,
  body: Body,
): Promise<DownloadNote> {
  const { handle, file, gate, early, staging } = job;
  const { sizeBytes, validators, part } = body;
  // The address of a copy may have any scheme.
  const served = source.tier === undefined ? hashPlace(body.finalUrl) : hashAddress(source.url);
  if (!job.judged && place.partial !== undefined && place.partial.note.place !== served) {
    body.close();
    throw servedElsewhere(body.finalUrl);
  }
  if (part === undefined) early.stop();
  if (sizeBytes !== undefined) file.expect(sizeBytes);
  await inCache(staging.download, 'cut', async () => {
    // After any truncation of a file, also to zero, ext4 allocates all its blocks when it is closed.
    const { size } = await handle.stat();
    if (size > gate.readyBytes) await handle.truncate(gate.readyBytes);
  });
  const note = noteFor(source.url, {
    sizeBytes,
    validators,
    ranges: part !== undefined,
    joined: place.joined,
    place: served,
    ...job.way,
    ...defined({ tier: source.tier, readyBytes: isParted(body) ? gate.readyBytes : undefined }),
  });
  await writeNote(staging, note);
  return note;
}

/** Bytes of two sources in one file are not verified: the whole file is fetched again. */
function servedElsewhere(url: URL): TransferError {
  return new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(url)} is not the address that served the beginning of the file`,
    hint: 'Try again.',
    details: { url: publicUrl(url), restart: true },
  });
}

/** Writes bytes in order as they arrive from one connection, starting with the first that is not ready. */
export async function writeBody(
  { call, file, gate, staging, signal }: TransferJob,
  address: URL,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const url = publicUrl(address);
  let written = gate.readyBytes;
  call.progress.fetch(url, written, file.sizeBytes);
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    await inCache(staging.download, 'write', () => file.write(written, chunk));
    written += chunk.length;
    await gate.pass(written, address);
    call.progress.fetch(url, written, file.sizeBytes);
  }
  await gate.pass(written, address, true);
}
