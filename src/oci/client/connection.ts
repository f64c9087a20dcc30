import { defaultLimits, type Limits } from '../../contracts/limits.ts';
import type { Log, Warning } from '../../contracts/log.ts';
import { createHttp, createSender, type Http } from '../../http/client.ts';
import type { OnRetry, Tuning } from '../../http/retry.ts';
import type { SentAnswer, SentRequest } from '../../http/send.ts';
import type { Authorizer } from '../../http/wire/authorized.ts';
import { ownAuthorizer } from '../auth/own-authorizer.ts';
import type { RegistryPlace } from './registry-client.ts';

/** A server that stands before the registry, such as Dragonfly's on this host. */
export interface RegistryMirror {
  /** Its origin; plain http is the caller's choice. */
  url: URL;
  /** Sent with each request to it. */
  headers?: Record<string, string> | undefined;
}

/** How a registry is reached. */
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

/** What reading and writing share: one registry, and how it is asked. */
export interface RegistryConnection {
  readonly place: RegistryPlace;
  readonly options: ConnectionOptions;
  /** Reads, along redirects and with retries; stores nothing on disk. */
  readonly http: Http;
  readonly authorizer: Authorizer;
  /** An address below `/v2/<repository>/`; `rest` is encoded already and may have a query. */
  url(rest: string): URL;
  /**
   * Sends a request once, to the registry or where a `Location` of it leads; one challenge is answered, and the chunks of the
   * body are then asked for again. What fails on the way is `ERR_NETWORK` or `ERR_STALLED`.
   */
  send(
    request: Omit<SentRequest, 'signal'> & { signal?: AbortSignal | undefined },
  ): Promise<SentAnswer>;
}

/** Opens nothing by itself. */
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
