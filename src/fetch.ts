import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { GrowingFile } from './bytes/growing-file.ts';
import { inCache } from './cache/cache-error.ts';
import type { Staging } from './cache/staging.ts';
import type { Call } from './call.ts';
import type { ByteSource } from './contracts/bytes.ts';
import { traced } from './diagnostics.ts';
import { publicUrl } from './kit/public-url.ts';
import type { Proven } from './merge-evidence.ts';
import type { Plan } from './plan.ts';

/** What came: length and hashes of exactly the bytes on disk. */
export interface Fetched {
  url: string;
  sizeBytes: number;
  sha256: string;
  sha512: string;
}

/** A download that has begun. */
export interface Fetching {
  /** The bytes so far; reads wait for what is still to come. */
  source: ByteSource;
  done: Promise<Fetched>;
  /** Stops the transfer; `done` then rejects with `reason`. */
  cancel(reason: unknown): void;
  /** After `done` has settled. */
  close(): Promise<void>;
}

interface Body {
  url: URL;
  sizeBytes: number | undefined;
  validators: object;
  chunks: AsyncIterable<Uint8Array>;
}

/** Starts writing the artifact to the staging folder, hashing it and feeding stream checks in the same pass. */
export async function startFetch(
  call: Call,
  plan: Plan,
  proven: Proven,
  staging: Staging,
): Promise<Fetching> {
  call.progress.stage('fetch', `fetching ${plan.artifact.fileName}`);
  const handle = await staging.create(staging.download);
  const file = new GrowingFile(handle, proven.sizeBytes ?? plan.artifact.sizeBytes);
  const cancelled = new AbortController();
  const done = traced('fetch', { url: publicUrl(plan.artifact.url) }, async () => {
    try {
      return await pump(call, plan, proven, { staging, handle, file, signal: cancelled.signal });
    } catch (error) {
      const reason = call.signal.aborted ? call.signal.reason : error;
      file.fail(reason);
      throw reason;
    }
  });
  // Whoever asks for `done` gets the failure; until then it is nobody's unhandled rejection.
  done.catch(() => {});
  return {
    source: file,
    done,
    cancel: (reason) => cancelled.abort(reason),
    close: () => handle.close(),
  };
}

async function pump(
  call: Call,
  plan: Plan,
  proven: Proven,
  to: { staging: Staging; handle: FileHandle; file: GrowingFile; signal: AbortSignal },
): Promise<Fetched> {
  const body = await openBody(call, plan, proven, to.signal);
  const { sizeBytes } = body;
  if (sizeBytes !== undefined) to.file.expect(sizeBytes);
  const url = publicUrl(body.url);
  const about = { url, sizeBytes: sizeBytes ?? null, validators: body.validators };
  await writeNote(to.staging, `${JSON.stringify(about)}\n`);
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  for await (const chunk of body.chunks) {
    to.signal.throwIfAborted();
    sha256.update(chunk);
    sha512.update(chunk);
    for (const check of proven.checks) check.update(chunk);
    await inCache(to.staging.download, 'write', () => to.file.append(chunk));
    call.progress.fetch(url, to.file.readyBytes, sizeBytes);
  }
  to.file.end();
  call.progress.fetch(url, to.file.readyBytes, to.file.readyBytes, true);
  await inCache(to.staging.download, 'write', () => to.handle.sync());
  return {
    url,
    sizeBytes: to.file.readyBytes,
    sha256: sha256.digest('hex'),
    sha512: sha512.digest('hex'),
  };
}

async function openBody(
  call: Call,
  plan: Plan,
  proven: Proven,
  signal: AbortSignal,
): Promise<Body> {
  const { url, mirrors, sizeBytes } = plan.artifact;
  if (url.protocol === 'file:') {
    const chunks = createReadStream(fileURLToPath(url), { highWaterMark: 1024 * 1024 });
    return { url, sizeBytes, validators: {}, chunks };
  }
  const expectedBytes = proven.sizeBytes ?? sizeBytes;
  const body = await call.http.openBody(url, {
    mirrorsOf: mirrors,
    expectedBytes,
    signal,
  });
  return { url, sizeBytes: body.sizeBytes, validators: body.validators, chunks: body.chunks };
}

/** What the download is, for callers that wait for it. */
async function writeNote(staging: Staging, text: string): Promise<void> {
  const handle = await staging.create(staging.downloadJson);
  await inCache(staging.downloadJson, 'write', () => handle.writeFile(text)).finally(() =>
    handle.close(),
  );
}
