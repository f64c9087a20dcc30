import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { TransientFailure } from '../retry.ts';

const words: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the connection timed out',
  ERR_PROXY_TUNNEL: 'the proxy did not open a tunnel',
};

/** Codes of OpenSSL and Node for a certificate or handshake failure that another attempt would not change. */
const tlsCode =
  /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_|ERR_TLS_|ERR_SSL_|EPROTO$)/;

/**
 * The error for a failed socket, handshake or parser: `ERR_NETWORK`, transient unless it concerns certificates or a
 * proxy that refuses.
 */
export function networkFailure(
  error: unknown,
  about: { url: URL; proxy: string | undefined },
): TransientFailure | TransferError {
  const errno = codeOf(error);
  const tls = tlsCode.test(errno);
  const why = words[errno] ?? messageOf(error);
  const via = about.proxy === undefined ? '' : ` (through the proxy ${about.proxy})`;
  const failure = new TransferError({
    code: 'ERR_NETWORK',
    message: `${publicUrl(about.url)}: ${why}${via}`,
    hint: hintFor(errno, tls, about.proxy),
    details: defined({
      url: publicUrl(about.url),
      errno: errno === '' ? undefined : errno,
      reason: tls ? ('tls' as const) : undefined,
      proxy: about.proxy,
    }),
    cause: nativeCause(error),
  });
  return tls || proxySaysNo(error) ? failure : new TransientFailure(failure);
}

function hintFor(errno: string, tls: boolean, proxy: string | undefined): string {
  if (tls)
    return 'Give the certificate authority of this host with ca (--ca), or correct the clock of this machine.';
  if (errno === 'ERR_PROXY_TUNNEL')
    return 'Check the proxy and its credentials, or list the host in NO_PROXY.';
  if (proxy !== undefined) return 'Check that the proxy is up, or list the host in NO_PROXY.';
  return 'Check the network and try again.';
}

/** The HTTP client's error contains the whole request with credentials; the error inside it does not. */
function nativeCause(error: unknown): unknown {
  const inner = error instanceof Error ? error.cause : undefined;
  return inner instanceof Error ? inner : new Error(messageOf(error));
}

function proxySaysNo(error: unknown): boolean {
  const status = Reflect.get(Object(nativeCause(error)), 'statusCode');
  return codeOf(error) === 'ERR_PROXY_TUNNEL' && typeof status === 'number' && status < 500;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
