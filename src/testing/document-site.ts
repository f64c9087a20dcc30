import { defaultLimits } from '../contracts/limits.ts';
import type { MetadataClient, MetadataOptions } from '../contracts/metadata.ts';
import { TransferError } from '../errors.ts';
import { createHttp } from '../http/client.ts';
import { publicUrl } from '../kit/public-url.ts';
import type { RouteOptions, UpstreamBody } from './static-answer.ts';
import { mirrorsFor, startUpstream, type UpstreamHandler } from './upstream.ts';

/** Documents by their real addresses: text, bytes, a file, or a handler that answers. */
export type SiteDocuments = Record<string, UpstreamBody | UpstreamHandler>;

/** Documents under their real addresses, on a loopback server. */
export interface DocumentSite {
  /** Requests in order: `GET https://host/path`. */
  readonly requests: string[];
  /** Adds or replaces one document. */
  put(address: string, answer: UpstreamBody | UpstreamHandler, options?: RouteOptions): void;
  /** Stops the server. */
  close(): Promise<void>;
}

/** A site and its clients; the clients share no state. */
export interface OpenSite extends DocumentSite {
  client(signal: AbortSignal): MetadataClient;
}

/**
 * Serves `documents`, and 404 for everything else on their origins. Clients have the rules of the product (https,
 * redirects, limits, and retries, but without pauses). An address on another origin is `ERR_NETWORK`, and no request
 * leaves the machine.
 */
export async function openDocumentSite(
  documents: SiteDocuments,
  origins: readonly string[] = [],
): Promise<OpenSite> {
  const upstream = await startUpstream();
  const served = new Set<string>();
  const mirrors: Record<string, string> = {};
  const serve = (address: string): void => {
    const origin = `${new URL(address).origin}/`;
    served.add(origin);
    Object.assign(mirrors, mirrorsFor(upstream, [origin]));
  };
  const put: DocumentSite['put'] = (address, answer, options) => {
    serve(address);
    upstream.route(address.replace(/^https?:\//, ''), answer, options);
  };
  for (const origin of origins) serve(origin);
  for (const [address, answer] of Object.entries(documents)) put(address, answer);
  const known = (url: URL | string): void => {
    const { origin, protocol } = new URL(url);
    if (protocol !== 'https:' || served.has(`${origin}/`)) return;
    throw new TransferError({
      code: 'ERR_NETWORK',
      message: `nothing is served for ${publicUrl(new URL(url))}`,
      hint: 'Put a document of that origin into the documents of the test.',
      details: { url: publicUrl(new URL(url)) },
    });
  };
  return {
    get requests() {
      return upstream.requests.map(({ method, path }) => `${method} https:/${path}`);
    },
    put,
    client(signal) {
      const { metadata } = createHttp({
        mirrors,
        ca: [],
        limits: defaultLimits,
        signal,
        log: () => {},
        offline: false,
        refresh: false,
        tuning: { attempts: 2, backoffBaseMs: 1, backoffCapMs: 1 },
      });
      const via = <O extends MetadataOptions, T>(
        ask: (url: URL | string, options?: O) => Promise<T>,
      ) => {
        return async (url: URL | string, options?: O): Promise<T> => {
          known(url);
          return ask(url, options);
        };
      };
      return { get: via(metadata.get), find: via(metadata.find), head: via(metadata.head) };
    },
    close: () => upstream.close(),
  };
}
