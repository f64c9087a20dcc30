import { createHash } from 'node:crypto';
import type { StreamCheck } from '../contracts/proof.ts';
import type { TransferJob } from './transfer-job.ts';

/** Few reads of many bytes: each costs a turn of the event loop. */
const pieceBytes = 1024 * 1024;

/**
 * Reads the download once from byte 0, as it becomes ready, and hashes exactly what decoders read. Ranges that were
 * fetched early are compared on the way.
 */
export async function hashPass(
  { file, early, signal }: Pick<TransferJob, 'file' | 'early' | 'signal'>,
  checks: readonly StreamCheck[],
): Promise<{ sha256: string; sha512: string }> {
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  // A check may hold on to what it is given.
  const memory = checks.length === 0 ? new Uint8Array(pieceBytes) : undefined;
  for (let position = 0; ; ) {
    const chunk = await file.read(position, pieceBytes, memory);
    signal.throwIfAborted();
    if (chunk.length === 0) break;
    early.compare(position, chunk);
    sha256.update(chunk);
    sha512.update(chunk);
    for (const check of checks) check.update(chunk);
    position += chunk.length;
  }
  early.finish();
  return { sha256: sha256.digest('hex'), sha512: sha512.digest('hex') };
}
