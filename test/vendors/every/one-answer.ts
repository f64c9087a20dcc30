import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttp } from '../../../src/http/client.ts';
import { defaultLimits, type VendorContext } from '../../../src/kit.ts';
import { maintenancePage } from './serve-documents.ts';

function status(code: number): RequestListener {
  return (_, response) => {
    response.writeHead(code, { 'content-type': 'text/plain' });
    response.end(`status ${code}\n`);
  };
}

function body(type: string, text: string): RequestListener {
  return (_, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
}

const html = body('text/html', maintenancePage);

/** The answers of an upstream, or of a server before it, to every request. */
export const answers: Record<string, RequestListener> = {
  401: status(401),
  402: status(402),
  403: status(403),
  404: status(404),
  407: status(407),
  429: status(429),
  451: status(451),
  500: status(500),
  HTML: html,
  'login redirect': (request, response) => {
    if (request.url === '/login') {
      html(request, response);
      return;
    }
    response.writeHead(302, { location: '/login' });
    response.end();
  },
  empty: body('text/plain', ''),
  cut: (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 4096 });
    response.write('the begin');
    response.destroy();
  },
  'other JSON': body('application/json', '{"message":"it works"}\n'),
};

/** All errors of a vendor while every one of its addresses gives the same answer. */
export interface OneAnswer {
  context: VendorContext;
  /** Of the server, without its last slash: the name in errors. */
  url: string;
  close(): void;
}

/** A server that gives one and the same answer to every request for these origins. */
export async function startOneAnswer(
  origins: readonly string[],
  answer: RequestListener,
  { metadataBytes, stallMs }: { metadataBytes?: number; stallMs?: number } = {},
): Promise<OneAnswer> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const mirrors = origins.map((origin) => [origin, `${url}/${origin.replace(/^https?:\/\//, '')}`]);
  const signal = new AbortController().signal;
  const { metadata } = createHttp({
    mirrors: Object.fromEntries(mirrors),
    ca: [],
    limits: { ...defaultLimits, ...(metadataBytes !== undefined && { metadataBytes }) },
    signal,
    log: () => {},
    offline: false,
    refresh: false,
    tuning: {
      ...{ attempts: 2, backoffBaseMs: 1, backoffCapMs: 1 },
      ...(stallMs !== undefined && { stallMs }),
    },
  });
  const now = new Date('2026-11-20T12:00:00Z');
  return {
    context: { http: metadata, signal, log: () => {}, now, boot: false },
    url,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
