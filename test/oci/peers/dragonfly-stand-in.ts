import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The behaviour of Dragonfly's daemon on a host as a registry mirror, from its documentation: a header names the
 * registry, blobs are kept by digest so that one download serves all requests, everything else is passed on.
 */
export interface DragonflyStandIn {
  readonly url: string;
  /** Number of blobs fetched from a registry, and of answered requests for blobs. */
  fetched: string[];
  served: number;
  /** Manifests and other requests that were passed on. */
  passed: string[];
  /** Requests that named no registry, or two. */
  refused: number;
  close(): Promise<void>;
}

export async function startDragonfly(): Promise<DragonflyStandIn> {
  const tasks = new Map<string, Promise<Buffer>>();
  const server = createServer((request, response) => {
    answer(request, response, dragonfly, tasks).catch(() => {
      // The daemon could not get it; the client must ask the source.
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dragonfly: DragonflyStandIn = {
    url: `http://127.0.0.1:${port}`,
    fetched: [],
    served: 0,
    passed: [],
    refused: 0,
    close: () => closeServer(server),
  };
  return dragonfly;
}

async function answer(
  { url = '', method = '', headers }: IncomingMessage,
  response: ServerResponse,
  dragonfly: DragonflyStandIn,
  tasks: Map<string, Promise<Buffer>>,
): Promise<void> {
  const asked = new URL(url, 'http://127.0.0.1');
  const registry = URL.parse(String(headers['x-dragonfly-registry']));
  if (registry === null || asked.searchParams.get('ns') !== registry.host) {
    dragonfly.refused += 1;
    response.writeHead(400).end();
    return;
  }
  // The parameter is for the mirror, and not part of the request.
  const source = new URL(asked.pathname, registry);
  const digest = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(asked.pathname)?.[1];
  if (digest === undefined || method !== 'GET') {
    dragonfly.passed.push(asked.pathname);
    const accept = headers.accept === undefined ? {} : { accept: headers.accept };
    const answer = await fetch(source, { method, headers: accept });
    const type = answer.headers.get('content-type') ?? 'application/octet-stream';
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { 'content-type': type }).end(body);
    return;
  }
  const task = tasks.get(digest) ?? download(source, digest, dragonfly);
  tasks.set(digest, task);
  const bytes = await task.catch((error: unknown) => {
    tasks.delete(digest);
    throw error;
  });
  dragonfly.served += 1;
  sendRange(bytes, headers.range, response);
}

async function download(source: URL, digest: string, dragonfly: DragonflyStandIn): Promise<Buffer> {
  dragonfly.fetched.push(digest);
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`the registry answers ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

function sendRange(bytes: Buffer, range: string | undefined, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = last === undefined || last === '' ? bytes.length : Number(last) + 1;
  const part = bytes.subarray(start, end);
  const length = { 'content-length': part.length, 'accept-ranges': 'bytes' };
  const where = `bytes ${start}-${start + part.length - 1}/${bytes.length}`;
  if (first === undefined) response.writeHead(200, length);
  else response.writeHead(206, { ...length, 'content-range': where });
  response.end(part);
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
