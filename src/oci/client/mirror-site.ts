import { defaultLimits } from '../../contracts/limits.ts';
import { isImageError } from '../../errors.ts';
import { createHttp, type Http } from '../../http/client.ts';
import { isUnreachable } from '../../http/is-unreachable.ts';
import type { Authorizer } from '../../http/wire/authorized.ts';
import type { ConnectionOptions, RegistryConnection } from './connection.ts';

/** A server from which manifests and blobs are read. */
export interface ReadSite {
  http: Http;
  url(rest: string): URL;
  /** Records a failure if another site can be asked; throws it if no other site should be asked. */
  pass?(error: unknown): void;
}

/** A mirror that does not answer quickly is skipped: the registry itself can be asked. */
const mirrorTuning = { attempts: 1, connectMs: 5_000 };

/** The sites to read from, best first: the mirror while it works, then the registry itself. */
export function openSites(connection: RegistryConnection): () => ReadSite[] {
  const { http, options, url } = connection;
  const registry: ReadSite = { http, url };
  if (options.mirror === undefined) return () => [registry];
  const mirror = openMirror(connection, options.mirror);
  return () => (mirror.isDown() ? [registry] : [mirror.site, registry]);
}

function openMirror(
  { place, options, authorizer, url }: RegistryConnection,
  mirror: NonNullable<ConnectionOptions['mirror']>,
): { site: ReadSite; isDown(): boolean } {
  const { ca = [], log, signal, warn, onRetry } = options;
  const { origin } = mirror.url;
  let isDown = false;
  const http = createHttp({
    mirrors: {},
    ca: [...ca],
    limits: options.limits ?? defaultLimits,
    signal,
    log,
    warn,
    onRetry,
    offline: false,
    refresh: false,
    named: [mirror.url.href],
    allowPlain: mirror.url.protocol === 'http:',
    tuning: { ...options.tuning, ...mirrorTuning },
    authorizer: mirrorHeaders(mirror, place.origin, authorizer),
  });
  const site: ReadSite = {
    http,
    url(rest) {
      const { pathname, search } = url(rest);
      const address = new URL(pathname + search, origin);
      address.searchParams.set('ns', place.origin.host);
      return address;
    },
    pass(error) {
      signal.throwIfAborted();
      if (!isImageError(error)) throw error;
      isDown ||= isUnreachable(error);
      const message = `${error.message}; ${place.host} itself is asked instead`;
      if (isDown || error.remedy === 'integrity') warn?.({ code: 'registry-mirror', message });
      log({ level: 'debug', message });
    },
  };
  return { site, isDown: () => isDown };
}

/**
 * The headers for a mirror. It gets no credentials, except a token that the registry's own service gave for this
 * repository, and that only on this host or over https: a mirror asks the registry with our token.
 */
function mirrorHeaders(
  { url, headers }: NonNullable<ConnectionOptions['mirror']>,
  registry: URL,
  authorizer: Authorizer,
): Authorizer {
  const isSafe = url.protocol === 'https:' || /^(?:localhost|127\..*|\[::1\])$/.test(url.hostname);
  return {
    async headersFor(request, ask) {
      if (request.url.origin !== url.origin) return {};
      const asked = { ...request, url: new URL(request.url.pathname, registry) };
      const known = isSafe ? await authorizer.headersFor(asked, ask).catch(() => ({})) : {};
      const token: unknown = Reflect.get(known, 'authorization');
      const isToken = typeof token === 'string' && token.startsWith('Bearer ');
      const about = { 'x-dragonfly-registry': registry.origin, ...headers };
      return isToken ? { ...about, authorization: token } : about;
    },
    answer: () => Promise.resolve(undefined),
  };
}
