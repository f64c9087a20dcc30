import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received request. */
interface FakeRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
}

type Interposer = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | undefined | Promise<boolean | undefined>;

/** A registry in memory on loopback, which a test can make behave like existing registries. */
export interface FakeRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly requests: FakeRequest[];
  readonly blobs: Map<string, Buffer>;
  /** By tag and by digest. */
  readonly manifests: Map<string, { bytes: Buffer; mediaType: string }>;
  /** Bytes of unfinished uploads, by their id. */
  readonly sessions: Map<string, Buffer>;
  /** Called first for each request; true: it has been answered. */
  interpose: Interposer;
  /** `METHOD path` of each request, without queries and ids. */
  readonly said: () => string[];
  close(): Promise<void>;
}

export const sha256Of = (bytes: Uint8Array): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const requests: FakeRequest[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, path: url, headers: { ...headers } });
    response.on('error', () => undefined);
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry: FakeRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    blobs: new Map(),
    manifests: new Map(),
    sessions: new Map(),
    interpose: () => undefined,
    said: () =>
      requests.map(({ method, path }) =>
        `${method} ${path}`
          .replace(/\?.*/, '')
          .replace(/uploads\/.+/, 'uploads/ID')
          .replace(/sha256:[0-9a-f]+/, 'DIGEST'),
      ),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if ((await registry.interpose(request, response)) === true) return;
    const url = new URL(request.url ?? '', `http://${registry.host}`);
    const [, repository = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags)\/(.*)$/.exec(url.pathname) ?? [];
    const end = (status: number, headers: Record<string, string> = {}, body?: Buffer) => {
      response.writeHead(status, headers);
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (kind === 'blobs/uploads') return await upload(request, url, { repository, reference, end });
    if (kind === 'blobs') {
      const bytes = registry.blobs.get(reference);
      if (bytes === undefined) return end(404);
      const [, from = '', to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
      const headers = { 'accept-ranges': 'bytes', 'docker-content-digest': reference };
      if (from === '') return end(200, { ...headers, 'content-length': `${bytes.length}` }, bytes);
      const last = Math.min(to ? Number(to) : Infinity, bytes.length - 1);
      const part = bytes.subarray(Number(from), last + 1);
      const range = `bytes ${from}-${last}/${bytes.length}`;
      const more = { 'content-range': range, 'content-length': `${part.length}` };
      return end(206, { ...headers, ...more }, part);
    }
    if (kind === 'tags') {
      const tags = [...registry.manifests.keys()].filter((key) => !key.includes(':'));
      const headers = { 'content-type': 'application/json' };
      return end(200, headers, Buffer.from(JSON.stringify({ name: repository, tags })));
    }
    if (kind === 'manifests' && request.method === 'PUT') {
      const bytes = await readBody(request);
      const stored = { bytes, mediaType: request.headers['content-type'] ?? '' };
      registry.manifests.set(reference, stored);
      registry.manifests.set(sha256Of(bytes), stored);
      return end(201, { 'docker-content-digest': sha256Of(bytes) });
    }
    const found = kind === 'manifests' ? registry.manifests.get(reference) : undefined;
    if (found === undefined) return end(404);
    if (request.method === 'DELETE') {
      for (const [key, { bytes }] of registry.manifests) {
        if (sha256Of(bytes) === reference) registry.manifests.delete(key);
      }
      return end(202);
    }
    const headers = {
      'content-type': found.mediaType,
      'content-length': `${found.bytes.length}`,
      'docker-content-digest': sha256Of(found.bytes),
    };
    end(200, headers, found.bytes);
  }

  async function upload(
    request: IncomingMessage,
    url: URL,
    to: {
      repository: string;
      reference: string;
      end: (status: number, headers?: Record<string, string>) => void;
    },
  ): Promise<void> {
    const { repository, reference: id, end } = to;
    const { sessions, blobs } = registry;
    const place = (session: string): string =>
      `/v2/${repository}/blobs/uploads/${session}?_state=a%2Bb`;
    if (request.method === 'POST') {
      const mount = url.searchParams.get('mount') ?? '';
      if (url.searchParams.get('from') === 'other' && blobs.has(mount)) return end(201);
      const session = randomUUID();
      sessions.set(session, Buffer.alloc(0));
      return end(202, { location: place(session), range: '0-0' });
    }
    const before = sessions.get(id);
    if (before === undefined || url.searchParams.get('_state') !== 'a+b') return end(404);
    const rangeOf = (bytes: Buffer): string => `0-${Math.max(0, bytes.length - 1)}`;
    if (request.method === 'GET') return end(204, { location: place(id), range: rangeOf(before) });
    const bytes = Buffer.concat([before, await readBody(request)]);
    sessions.set(id, bytes);
    if (request.method === 'PATCH') return end(202, { location: place(id), range: rangeOf(bytes) });
    const digest = url.searchParams.get('digest') ?? '';
    if (sha256Of(bytes) !== digest) return end(400);
    sessions.delete(id);
    blobs.set(digest, bytes);
    end(201, { location: `/v2/${repository}/blobs/${digest}` });
  }

  return registry;
}
