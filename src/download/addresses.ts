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
 * Downloads the artifact to its file: resumes what an earlier call downloaded, and goes on to the next source if one
 * does not have the file or sends a wrong piece. It does not go on after a digest of the whole file refused the
 * bytes. Throws the first error of upstream if no source is left. Resolves with the source of the last bytes.
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
      // Bytes of two sources may be in one file only if the whole file is verified.
      const isBegun = job.gate.readyBytes > 0;
      if (isBegun && !(job.judged && job.file.sizeBytes !== undefined)) break;
      joined ||= isBegun;
    }
  }
  const ofUpstream = failures.find(({ source }) => source.tier === undefined);
  throw (ofUpstream ?? failures[0])?.error;
}

/** Checks the pieces of an earlier call: everything after a wrong one is fetched again. */
async function checkPieces({ gate }: TransferJob, partial: PartialDownload): Promise<void> {
  try {
    await gate.pass(partial.position, partial.address);
  } catch (error) {
    if (!isPieceMismatch(error)) throw error;
  }
}

/**
 * True if another source may have the file: this one is unreachable, sent a wrong piece, is a failed tier, or is a
 * mirror that the rules forbid.
 */
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
    // The failure of a tier is reported when it happens.
    if (source.tier !== undefined) continue;
    const message = `${publicUrl(served.url)} was used, because ${publicUrl(source.url)} failed: ${error.message}`;
    warn({ code: 'mirror-failed', message });
  }
}
