import { defined } from '../../kit/defined.ts';
import { version } from '../../version.ts';
import type { Tuning } from '../retry.ts';
import type { createAgents } from './agents.ts';
import type { Answer, WireRequest } from './answer.ts';
import { Exchange } from './exchange.ts';
import { loadGot } from './load-got.ts';
import { chooseProxy, type Environment, shownProxy } from './proxy-rules.ts';
import { carryBody } from './request-body.ts';

export interface Wire {
  send(request: WireRequest): Promise<Answer>;
}

/** The only code that opens sockets. The HTTP package is loaded with the first request. */
export function createWire(init: {
  /** Called with the first request. */
  agents(): ReturnType<typeof createAgents>;
  env: Environment;
  tuning: Tuning;
  /** Called for an unsupported proxy variable, with the first request to which it applies. */
  onUnusableProxy(variable: string): void;
}): Wire {
  const told = new Set<string>();
  return {
    async send(request) {
      request.signal.throwIfAborted();
      const got = await loadGot();
      request.signal.throwIfAborted();
      const agentsOf = init.agents();
      const { proxy, unusable } = chooseProxy(request.url, init.env);
      if (unusable !== undefined && !told.has(unusable)) {
        told.add(unusable);
        init.onUnusableProxy(unusable);
      }
      const carried = request.body && carryBody(request.body, () => exchange.sent());
      const stream = got.stream(request.url, {
        method: request.method,
        headers: {
          'user-agent': `rootdisk/${version} (Node.js ${process.versions.node})`,
          ...request.headers,
          ...carried?.headers,
        },
        ...defined({ body: carried?.stream }),
        agent: agentsOf(proxy),
        // Unchanged bytes: the meaning of an encoding depends on the request.
        decompress: false,
        followRedirect: false,
        throwHttpErrors: false,
        retry: { limit: 0 },
        // Node's parser detects a short body itself, and gives the code of a broken connection.
        strictContentLength: false,
      });
      const exchange = new Exchange(stream, {
        url: request.url,
        signal: request.signal,
        tuning: init.tuning,
        proxy: shownProxy(proxy),
        lends: request.lends === true,
      });
      if (carried !== undefined) stream.once('request', carried.watch);
      else if (request.method !== 'GET' && request.method !== 'HEAD') stream.end();
      await exchange.open();
      return exchange;
    },
  };
}
