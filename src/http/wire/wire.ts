import { version } from '../../version.ts';
import type { Tuning } from '../retry.ts';
import { type Agents, createAgents } from './agents.ts';
import type { Answer, WireRequest } from './answer.ts';
import { Exchange } from './exchange.ts';
import { type Environment, proxyFor } from './proxy-rules.ts';

/** Sends requests. */
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
