import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  answerStatic,
  type RouteOptions,
  type StaticAnswer,
  type UpstreamBody,
} from './static-answer.ts';

export type { RouteOptions, UpstreamBody } from './static-answer.ts';

/** A request as Node's HTTP server passes it; the parts that tests need. */
export interface UpstreamExchangeRequest {
  method?: string | undefined;
  url?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
}

/** An answer as Node's HTTP server passes it; raw, so that a handler can misbehave. */
export interface UpstreamExchangeResponse {
  statusCode: number;
  readonly destroyed: boolean;
  socket: { write(data: Uint8Array | string): boolean; destroy(): unknown } | null;
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  writeHead(status: number, headers?: Record<string, number | string>): unknown;
  flushHeaders(): void;
  write(chunk: Uint8Array | string): boolean;
  end(chunk?: Uint8Array | string): unknown;
  destroy(): unknown;
  once(event: string, listener: () => void): unknown;
}

/** Answers one request. If a handler throws, the connection is closed. */
export type UpstreamHandler = (
  request: UpstreamExchangeRequest,
  response: UpstreamExchangeResponse,
) => void | Promise<void>;

/** One received request; `path` includes the query. */
export interface UpstreamRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
}

/** A real HTTP server on a free loopback port; every path without a route is 404. */
export interface Upstream {
  /** Ends in `/`. */
  readonly url: string;
  /** In order of arrival. */
  readonly requests: UpstreamRequest[];
  /** `path` without the leading `/`, with or without a query; a later route for the same path replaces the earlier one. */
  route(path: string, answer: UpstreamHandler | UpstreamBody, options?: RouteOptions): void;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** How the server is started. */
export interface UpstreamOptions {
  /** For addresses that must stay the same from run to run. Default: a free port. */
  port?: number | undefined;
}

/** Starts a server on 127.0.0.1; `routes` maps paths to bodies or handlers. Close it when done. */
export async function startUpstream(
  routes: Record<string, UpstreamHandler | UpstreamBody> = {},
  options: UpstreamOptions = {},
): Promise<Upstream> {
  const handlers = new Map<string, UpstreamHandler | StaticAnswer>();
  const requests: UpstreamRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push({ method: request.method ?? '', path, headers: { ...request.headers } });
    const answer = handlers.get(path) ?? handlers.get(path.replace(/\?.*$/, ''));
    serve(answer, request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}/`,
    requests,
    route(path, answer, options = {}) {
      const key = path.startsWith('/') ? path : `/${path}`;
      handlers.set(key, typeof answer === 'function' ? answer : { body: answer, options });
    },
    close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
  for (const [path, answer] of Object.entries(routes)) upstream.route(path, answer);
  return upstream;
}

/**
 * Mirror rules that send address prefixes to `upstream`: `https://cloud-images.ubuntu.com/` becomes
 * `<url>cloud-images.ubuntu.com/`, so that a vendor keeps its real addresses under test.
 */
export function mirrorsFor(
  upstream: Upstream,
  prefixes: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    prefixes.map((prefix) => [prefix, upstream.url + prefix.replace(/^https?:\/\//, '')]),
  );
}

async function serve(
  answer: UpstreamHandler | StaticAnswer | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (answer === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end(`no such path: ${request.url}\n`);
  } else if (typeof answer === 'function') {
    await answer(request, response);
  } else {
    await answerStatic(answer, request, response);
  }
}
