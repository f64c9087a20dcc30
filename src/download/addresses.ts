import type { Warning } from '../contracts/log.ts';
import { isImageError, TransferError } from '../errors.ts';
import { publicUrl } from '../kit/public-url.ts';
import { type Place, transferFrom } from './one-address.ts';
import type { PartialDownload } from './open-partial.ts';
import { isPieceMismatch } from './ready-gate.ts';
import type { TransferJob } from './transfer-job.ts';

interface Failure {
  address: URL;
  error: Error;
}

/**
 * Writes the artifact to its file: what an earlier call left is continued where it came from, and an address that does
 * not give the file, or gives a wrong piece of it, is followed by the next one. Never after bytes that a digest of the
 * whole refused. Throws the first address's error when none is left. Resolves with the address that gave the end.
 */
export async function transfer(
  job: TransferJob,
  addresses: readonly URL[],
  partial: PartialDownload | undefined,
): Promise<URL> {
  const failures: Failure[] = [];
  if (partial !== undefined) await checkPieces(job, partial);
  let place: Place = { partial, joined: partial !== undefined };
  for (const address of inOrder(addresses, partial)) {
    try {
      await transferFrom(job, address, place);
      warnOf(failures, address, (warning) => job.call.warn(warning));
      return address;
    } catch (error) {
      if (job.signal.aborted || !mayBeElsewhere(error, address !== addresses[0])) throw error;
      failures.push({ address, error });
      const message = `${publicUrl(address)} cannot be used: ${error.message}`;
      job.call.options.log({ level: 'warn', message });
      // Bytes of two places in one file: only where something decides over the whole.
      const isBegun = job.gate.readyBytes > 0;
      if (isBegun && !(job.judged && job.file.sizeBytes !== undefined)) break;
      place = { partial: undefined, joined: place.joined || isBegun };
    }
  }
  throw failures[0]?.error;
}

/** The pieces that an earlier call left: what follows a wrong one is fetched again. */
async function checkPieces({ gate }: TransferJob, partial: PartialDownload): Promise<void> {
  try {
    await gate.pass(partial.position, partial.address);
  } catch (error) {
    if (!isPieceMismatch(error)) throw error;
  }
}

/** The place that served the beginning is asked first; the others in the order they were given. */
function inOrder(addresses: readonly URL[], partial: PartialDownload | undefined): URL[] {
  if (partial === undefined) return [...addresses];
  return [partial.address, ...addresses.filter((address) => address !== partial.address)];
}

/** This address cannot be reached, gives a wrong piece, or is a mirror that the rules rule out. */
function mayBeElsewhere(error: unknown, isMirror: boolean): error is Error {
  if (error instanceof TransferError) return error.details.restart !== true;
  return isPieceMismatch(error) || (isMirror && isImageError(error, 'ERR_UNTRUSTED'));
}

function warnOf(failures: readonly Failure[], served: URL, warn: (warning: Warning) => void): void {
  for (const { address, error } of failures) {
    const message = `${publicUrl(served)} was used, because ${publicUrl(address)} failed: ${error.message}`;
    warn({ code: 'mirror-failed', message });
  }
}
