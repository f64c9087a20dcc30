import { hasRemedy, type TransferError } from '../errors.ts';

/**
 * True if upstream gives no answer now: no connection, a broken transfer, or a server that says so. A real answer
 * does not count: a refusal, a wrong certificate, a forbidden redirect, an invalid document.
 */
export function isUnreachable(error: unknown): error is TransferError {
  if (!hasRemedy(error, 'transfer')) return false;
  const { status = 0, reason } = error.details;
  if (error.code === 'ERR_NETWORK') return reason !== 'tls';
  if (error.code === 'ERR_STALLED') return true;
  const isMomentary = status === 408 || status === 425 || status >= 500;
  return error.code === 'ERR_HTTP_STATUS' && isMomentary;
}
