import { version } from '../../version.ts';
import type { Tuning } from '../retry.ts';
import { type Agents, createAgents } from './agents.ts';
import { Exchange } from './exchange.ts';
import { type Environment, proxyFor } from './proxy-rules.ts';

/** One request on the wire; no redirect is followed and nothing is repeated. */
export interface WireRequest {
  method: 'GET' | 'HEAD';
  url: URL;
  headers: Record<string, string>;
  /** Undo gzip; otherwise the bytes come as they are. */
  decompress: boolean;
  signal: AbortSignal;
}

/** The status line and headers of an answer, and its body to be read or closed. */
export interface Answer {
  readonly url: URL;
  readonly status: number;
  /** Lower-case names; repeated headers joined with commas. */
  readonly headers: Record<string, string>;
  /** Through which proxy it came, as `host:port`. */
  readonly proxy: string | undefined;
  /** The next bytes; `undefined` after the last. */
  next(): Promise<Uint8Array | undefined>;
  /** Drops what has not been read. */
  close(): void;
}

export interface Wire {
  /** The proxy that stands before `url`, as `host:port`. */
  proxyFor(url: URL): string | undefined;
  send(request: WireRequest): Promise<Answer>;
}

/** The only place that opens sockets. The HTTP package is loaded with the first request. */
export function createWire(init: { ca: string[]; env: Environment; tuning: Tuning }): Wire {
  let agents: Agents | undefined;
  return {
    proxyFor: (url) => proxyFor(url, init.env),
    async send(request) {
      request.signal.throwIfAborted();
      const { default: got } = await import('got');
      request.signal.throwIfAborted();
      agents ??= createAgents({ ca: init.ca, env: init.env, timeoutMs: init.tuning.connectMs });
      const stream = got.stream(request.url, {
        method: request.method,
        headers: {
          'user-agent': `rootdisk/${version} (Node.js ${process.versions.node})`,
          ...request.headers,
        },
        agent: agents,
        decompress: request.decompress,
        followRedirect: false,
        throwHttpErrors: false,
        retry: { limit: 0 },
        // Node's parser reports a short body by itself, under the code of a cut connection.
        strictContentLength: false,
      });
      const exchange = new Exchange(stream, {
        url: request.url,
        signal: request.signal,
        tuning: init.tuning,
        proxy: proxyFor(request.url, init.env),
      });
      await exchange.open();
      return exchange;
    },
  };
}
