import type { FileHandle } from 'node:fs/promises';
import { GrowingFile } from '../bytes/growing-file.ts';
import { inCache } from '../cache/cache-error.ts';
import type { Staging } from '../cache/staging.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import { transfer } from '../download/addresses.ts';
import { copyLocalFile } from '../download/copy-local-file.ts';
import { EarlyRanges } from '../download/early-ranges.ts';
import { hashPass, type SourceDigests } from '../download/hash-pass.ts';
import { openPartial, type PartialDownload } from '../download/open-partial.ts';
import { ReadyGate } from '../download/ready-gate.ts';
import type { TransferJob } from '../download/transfer-job.ts';
import type { TransferSource } from '../download/transfer-source.ts';
import { defined } from '../kit/defined.ts';
import { algorithmOf } from '../kit/digest.ts';
import { publicUrl } from '../kit/public-url.ts';
import type { Making } from './making.ts';
import type { Plan } from './plan.ts';
import { sourcesOf } from './tiers/sources.ts';
import { trace } from './trace.ts';
import type { BodyWay } from './trust/by-way.ts';
import type { Proven } from './trust/merge-evidence.ts';

/** The result of a download: length and hashes of exactly the bytes on disk. */
export interface FetchedArtifact extends SourceDigests {
  url: string;
  sizeBytes: number;
  way: BodyWay;
  /** Id of the tier whose copy provided the last bytes. */
  tier?: string;
}

/** A running download. */
export interface Fetching {
  /** The bytes so far; reads wait for bytes that have not arrived. */
  source: ByteSource;
  done: Promise<FetchedArtifact>;
  /** Stops the transfer; `done` then rejects with `reason`. */
  cancel(reason: unknown): void;
  /** Call it after `done` has settled. */
  close(): Promise<void>;
}

/**
 * Starts to download the artifact to the staging folder: the rest of an earlier download, or all of it. All bytes of
 * the file are hashed and passed to stream checks from byte 0 on, in one pass parallel to the transfer.
 */
export async function startFetch(making: Making): Promise<Fetching> {
  const { call, plan, proven, staging, tiers } = making;
  const { artifact } = plan;
  call.progress.stage('fetch', `fetching ${artifact.fileName}`);
  const expectedBytes = proven.sizeBytes ?? artifact.sizeBytes;
  const judged = isJudged(plan, proven);
  // Only a digest proves that another address has the same bytes.
  const { mirrors = [], archives = [] } = artifact;
  const addresses = [artifact.url, ...(judged ? [...mirrors, ...archives] : [])];
  const alignBytes = artifact.pieces?.lengthBytes ?? 1;
  const copies = tiers?.given === undefined ? [] : [new URL(tiers.given.copy.url)];
  const known = [...copies, ...addresses];
  const partial = await openPartial(staging, {
    addresses: known,
    expectedBytes,
    judged,
    alignBytes,
  });
  const handle = partial?.handle ?? (await beginAnew(staging));
  // The bytes of an earlier call are ready at once or, with piece hashes, after each piece was checked.
  const readyBytes = artifact.pieces === undefined ? partial?.position : 0;
  const file = new GrowingFile(handle, expectedBytes ?? partial?.note.sizeBytes, readyBytes);
  const ended = new AbortController();
  const signal = AbortSignal.any([call.signal, ended.signal]);
  const early = new EarlyRanges(file, artifact.fileName, signal);
  const gate = new ReadyGate(file, artifact);
  const { mirrored = false, plain = false } = partial?.note ?? {};
  const job: TransferJob = {
    ...{ call, artifact, expectedBytes, judged, staging, handle, file, gate, early, signal },
    way: { mirrored, plain },
  };
  const done = trace(call, 'fetch', { url: publicUrl(artifact.url) }, async () => {
    try {
      const writing =
        artifact.url.protocol === 'file:'
          ? copyLocalFile(job)
          : transfer(job, sourcesOf(making, inOrder(addresses, partial), job.way), partial);
      const wantsSha512 = proven.digests.some((one) => algorithmOf(one) === 'sha512');
      const hashing = inCache(staging.download, 'read', () =>
        hashPass(job, proven.checks, wantsSha512),
      );
      return await finish(job, writing, hashing, ended);
    } catch (error) {
      const reason = call.signal.aborted ? call.signal.reason : error;
      file.fail(reason);
      throw reason;
    }
  });
  // Awaited later by settle(); the empty handler keeps Node from reporting it earlier.
  done.catch(() => {});
  return {
    source: file,
    done,
    cancel: (reason) => ended.abort(reason),
    close() {
      ended.abort(new Error('the download is closed'));
      return handle.close();
    },
  };
}

/** Waits for the writer and for the pass, so that the file is no longer in use; the first failure ends both. */
async function finish(
  { call, file, way }: TransferJob,
  writing: Promise<Pick<TransferSource, 'url' | 'tier'>>,
  hashing: Promise<SourceDigests>,
  ended: AbortController,
): Promise<FetchedArtifact> {
  const both = await Promise.allSettled([
    writing.then(
      (source) => {
        file.end();
        return source;
      },
      (error: unknown) => {
        file.fail(error);
        throw error;
      },
    ),
    hashing.catch((error: unknown) => {
      ended.abort(error);
      throw error;
    }),
  ]);
  const [written, hashed] = both;
  if (written.status === 'rejected') throw written.reason;
  if (hashed.status === 'rejected') throw hashed.reason;
  const { tier } = written.value;
  const url = publicUrl(written.value.url);
  call.progress.fetch(url, file.readyBytes, file.readyBytes, true);
  return { url, sizeBytes: file.readyBytes, ...hashed.value, way, ...defined({ tier }) };
}

async function beginAnew(staging: Staging): Promise<FileHandle> {
  await staging.clear();
  return await staging.create(staging.download);
}

/** The address that served the beginning is asked first, then the others in the given order. */
function inOrder(addresses: readonly URL[], partial: PartialDownload | undefined): URL[] {
  if (partial === undefined || !addresses.includes(partial.address)) return [...addresses];
  return [partial.address, ...addresses.filter((address) => address !== partial.address)];
}

/** True if a digest, a signature or the hashes of its pieces verify the whole file. */
function isJudged(
  { artifact }: Pick<Plan, 'artifact'>,
  { digests, checks }: Pick<Proven, 'digests' | 'checks'>,
): boolean {
  return digests.length > 0 || checks.length > 0 || artifact.pieces !== undefined;
}
