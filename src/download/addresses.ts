import type { Warning } from '../contracts/log.ts';
import { hasRemedy, isImageError, TransferError } from '../errors.ts';
import { publicUrl } from '../kit/public-url.ts';
import { transferFrom } from './one-address.ts';
import type { PartialDownload } from './open-partial.ts';
import { isPieceMismatch } from './ready-gate.ts';
import { hashAddress } from './resume-note.ts';
import type { TransferJob } from './transfer-job.ts';
import type { TransferSource } from './transfer-source.ts';

interface Failure {
  source: TransferSource;
  error: Error;
}

/**
 * Writes the artifact to its file: what an earlier call left is continued, and a source that does not give the file, or
 * gives a wrong piece of it, is followed by the next one. Never after bytes that a digest of the whole refused. Throws the
 * first error of upstream when none is left. Resolves with the source that gave the end.
 */
export async function transfer(
  job: TransferJob,
  sources: AsyncIterable<TransferSource>,
  partial: PartialDownload | undefined,
): Promise<TransferSource> {
  const failures: Failure[] = [];
  if (partial !== undefined) await checkPieces(job, partial);
  let isFirst = true;
  let joined = partial !== undefined;
  for await (const source of sources) {
    const isMine = isFirst && partial?.note.addressHash === hashAddress(source.url);
    isFirst = false;
    try {
      await transferFrom(job, source, { partial: isMine ? partial : undefined, joined });
      warnOf(failures, source, (warning) => job.call.warn(warning));
      return source;
    } catch (error) {
      if (job.signal.aborted || !mayBeElsewhere(error, source)) throw error;
      const message = `${publicUrl(source.url)} cannot be used: ${error.message}`;
      job.call.options.log({ level: 'warn', message });
      failures.push({ source, error });
      await source.fail?.(error);
      // Bytes of two places in one file: only where something decides over the whole.
      const isBegun = job.gate.readyBytes > 0;
      if (isBegun && !(job.judged && job.file.sizeBytes !== undefined)) break;
      joined ||= isBegun;
    }
  }
  const ofUpstream = failures.find(({ source }) => source.tier === undefined);
  throw (ofUpstream ?? failures[0])?.error;
}

/** The pieces that an earlier call left: what follows a wrong one is fetched again. */
async function checkPieces({ gate }: TransferJob, partial: PartialDownload): Promise<void> {
  try {
    await gate.pass(partial.position, partial.address);
  } catch (error) {
    if (!isPieceMismatch(error)) throw error;
  }
}

/** This source cannot be reached, gives a wrong piece, fails in its own way, or is a mirror that the rules rule out. */
function mayBeElsewhere(error: unknown, { isMirror, tier }: TransferSource): error is Error {
  if (error instanceof TransferError) return error.details.restart !== true;
  if (tier !== undefined && hasRemedy(error, 'transfer', 'not-found', 'plugin')) return true;
  return isPieceMismatch(error) || (isMirror && isImageError(error, 'ERR_UNTRUSTED'));
}

function warnOf(
  failures: readonly Failure[],
  served: TransferSource,
  warn: (warning: Warning) => void,
): void {
  for (const { source, error } of failures) {
    // What a tier failed with is told when it does.
    if (source.tier !== undefined) continue;
    const message = `${publicUrl(served.url)} was used, because ${publicUrl(source.url)} failed: ${error.message}`;
    warn({ code: 'mirror-failed', message });
  }
}
