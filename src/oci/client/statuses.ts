import { isImageError, TransferError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';

/** True if the server refused with this status. */
export function hasStatus(error: unknown, status: number): boolean {
  const isStatus = isImageError(error) && error.code === 'ERR_HTTP_STATUS';
  return isStatus && 'status' in error.details && error.details.status === status;
}

/** The error for a refused HEAD request, whose answer has no body. */
export function headFailure(url: URL, status: number): TransferError {
  const shown = publicUrl(url);
  const isLogin = status === 401 || status === 403;
  return new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: `${shown}: ${status} to a HEAD request`,
    hint: isLogin
      ? `Log in to ${url.host} with docker or podman, and check that the account may use the repository.`
      : 'Check the address of the registry.',
    details: { url: shown, status },
  });
}
