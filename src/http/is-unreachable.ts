import { hasRemedy, type TransferError } from '../errors.ts';

/**
 * Upstream gives no answer now: no connection, no end, or a server that says it cannot. What it did answer is never passed
 * over: a refusal, a wrong certificate, a redirect to where no one may follow, a document that makes no sense.
 */
export function isUnreachable(error: unknown): error is TransferError {
  if (!hasRemedy(error, 'transfer')) return false;
  const { status = 0, reason } = error.details;
  if (error.code === 'ERR_NETWORK') return reason !== 'tls';
  if (error.code === 'ERR_STALLED') return true;
  const isMomentary = status === 408 || status === 425 || status >= 500;
  return error.code === 'ERR_HTTP_STATUS' && isMomentary;
}
