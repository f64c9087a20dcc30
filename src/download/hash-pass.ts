import { createHash } from 'node:crypto';
import type { StreamCheck } from '../contracts/proof.ts';
import { FileHasher } from './file-hasher.ts';
import type { TransferJob } from './transfer-job.ts';

/** Few reads of many bytes, because each one costs a turn of the event loop. */
const pieceBytes = 1024 * 1024;
/** A shorter file is hashed before a thread has started. */
const threadBytes = 8 * 1024 * 1024;

type HashJob = Pick<TransferJob, 'file' | 'early' | 'signal'>;

/** Digests of a whole download, in hex. */
export interface SourceDigests {
  sha256: string;
  /** Present only if a proof or a pin states one. */
  sha512?: string;
}

/**
 * Reads the download once from byte 0, as it becomes ready, and hashes exactly the bytes that decoders read. A long
 * file is hashed on a separate thread, unless a check needs its bytes. Early ranges are compared during the pass.
 */
export async function hashPass(
  job: HashJob,
  checks: readonly StreamCheck[],
  wantsSha512: boolean,
): Promise<SourceDigests> {
  const algorithms = wantsSha512 ? ['sha256', 'sha512'] : ['sha256'];
  const isLong = checks.length === 0 && (await job.file.reach(threadBytes)) >= threadBytes;
  const hasher = isLong ? FileHasher.open({ fd: job.file.fd, algorithms }) : undefined;
  const compared = { upTo: 0 };
  let digests = hasher && (await hashThere(job, hasher, compared));
  digests ??= await hashHere(job, checks, algorithms, compared.upTo);
  const [sha256 = '', sha512] = digests;
  return sha512 === undefined ? { sha256 } : { sha256, sha512 };
}

/** Hashes on a thread; `undefined` if the thread did not reach the end. */
async function hashThere(
  { file, early, signal }: HashJob,
  hasher: FileHasher,
  compared: { upTo: number },
): Promise<string[] | undefined> {
  try {
    for (;;) {
      const end = await file.reach(compared.upTo + pieceBytes);
      signal.throwIfAborted();
      const isLast = end < compared.upTo + pieceBytes;
      const step = hasher.step({ end, isLast });
      for (let at = compared.upTo; at < end; at += pieceBytes) {
        const length = Math.min(pieceBytes, end - at);
        if (early.touches(at, at + length)) early.compare(at, await file.peek(at, length));
        compared.upTo = at + length;
      }
      const answer = await step;
      if (answer === undefined) return undefined;
      if (!isLast) continue;
      early.finish();
      return answer;
    }
  } finally {
    hasher.close();
  }
}

/** Hashes in the main thread; early ranges are already compared up to a position. */
async function hashHere(
  { file, early, signal }: HashJob,
  checks: readonly StreamCheck[],
  algorithms: readonly string[],
  comparedTo: number,
): Promise<string[]> {
  const hashes = algorithms.map((algorithm) => createHash(algorithm));
  // A check may keep the bytes that it receives.
  const memory = checks.length === 0 ? new Uint8Array(pieceBytes) : undefined;
  for (let position = 0; ; ) {
    const chunk = await file.read(position, pieceBytes, memory);
    signal.throwIfAborted();
    if (chunk.length === 0) break;
    const late = Math.max(0, comparedTo - position);
    early.compare(position + late, chunk.subarray(late));
    for (const hash of hashes) hash.update(chunk);
    for (const check of checks) check.update(chunk);
    position += chunk.length;
  }
  early.finish();
  return hashes.map((hash) => hash.digest('hex'));
}
