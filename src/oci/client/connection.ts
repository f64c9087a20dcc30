import { defaultLimits, type Limits } from '../../contracts/limits.ts';
import type { Log, Warning } from '../../contracts/log.ts';
import { createHttp, createSender, type Http } from '../../http/client.ts';
import type { OnRetry, Tuning } from '../../http/retry.ts';
import type { SentAnswer, SentRequest } from '../../http/send.ts';
import type { Authorizer } from '../../http/wire/authorized.ts';
import { ownAuthorizer } from '../auth/own-authorizer.ts';
import type { RegistryPlace } from './registry-client.ts';

/** A server in front of the registry, such as Dragonfly's on this host. */
export interface RegistryMirror {
  /** Its origin; the caller may choose plain http. */
  url: URL;
  /** Sent with every request to it. */
  headers?: Record<string, string> | undefined;
}

/** How to reach a registry. */
export interface ConnectionOptions {
  signal: AbortSignal;
  log: Log;
  /** Extra certificate authorities, PEM. */
  ca?: readonly string[] | undefined;
  limits?: Limits | undefined;
  warn?: ((warning: Warning) => void) | undefined;
  onRetry?: OnRetry | undefined;
  tuning?: Partial<Tuning> | undefined;
  /** Asked first for manifests and blobs. */
  mirror?: RegistryMirror | undefined;
  /** Default: the credentials that docker and podman keep. */
  authorizer?: Authorizer | undefined;
}

/** The shared part of reading and writing: one registry, and how to reach it. */
export interface RegistryConnection {
  readonly place: RegistryPlace;
  readonly options: ConnectionOptions;
  /** Reads, with redirects and retries; stores nothing on disk. */
  readonly http: Http;
  readonly authorizer: Authorizer;
  /** An address below `/v2/<repository>/`; `rest` is already encoded and may have a query. */
  url(rest: string): URL;
  /**
   * Sends a request once, to the registry or to an address from its `Location`. After an authentication challenge it
   * sends the request again and reads the chunks of the body again. A failed transfer is `ERR_NETWORK` or
   * `ERR_STALLED`.
   */
  send(
    request: Omit<SentRequest, 'signal'> & { signal?: AbortSignal | undefined },
  ): Promise<SentAnswer>;
}

/** Makes no request by itself. */
export function connectRegistry(
  place: RegistryPlace,
  options: ConnectionOptions,
): RegistryConnection {
  const { signal, log, warn, onRetry, tuning } = options;
  const authorizer = options.authorizer ?? ownAuthorizer(warn);
  const ca = [...(options.ca ?? [])];
  const common = { ca, log, authorizer, warn, tuning };
  const send = createSender(common);
  return {
    place,
    options,
    authorizer,
    http: createHttp({
      ...common,
      mirrors: {},
      limits: options.limits ?? defaultLimits,
      signal,
      offline: false,
      refresh: false,
      named: [place.origin.href],
      allowPlain: place.origin.protocol === 'http:',
      onRetry,
    }),
    url: (rest) => new URL(`/v2/${place.repository}/${rest}`, place.origin),
    send: (request) =>
      send({
        ...request,
        signal: request.signal === undefined ? signal : AbortSignal.any([signal, request.signal]),
      }),
  };
}
