import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sleep } from '../../src/kit/abort.ts';

/** A replacement for the server's answer; `true` if it has answered. */
type Misbehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

interface Stored {
  manifest: Record<string, unknown>;
  file?: string;
}

/** An IMGAPI server in "dc" mode on loopback, with the statuses and error bodies of sdc-imgapi, docs/index.md. */
export interface ImgapiServer {
  url: string;
  /** Method and address of each request, in order. */
  requests: string[];
  headers: IncomingMessage['headers'][];
  images: Map<string, Stored>;
  /** Images on another server, for `import-remote`. */
  remote: Map<string, Record<string, unknown>>;
  misbehave: Misbehaviour;
  close(): Promise<void>;
}

const manifestFields = new Set([
  ...['v', 'uuid', 'owner', 'name', 'version', 'state', 'disabled', 'public', 'published_at'],
  ...['type', 'os', 'files', 'description', 'nic_driver', 'disk_driver', 'cpu_type', 'image_size'],
  ...['requirements', 'tags', 'origin'],
]);

export async function startImgapi(): Promise<ImgapiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-imgapi-'));
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  // The answer that the caller gets before it sends a body.
  server.on('checkContinue', (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const imgapi: ImgapiServer = {
    url: '',
    requests: [],
    headers: [],
    images: new Map(),
    remote: new Map(),
    misbehave: () => false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://server');
    const action = url.searchParams.get('action');
    imgapi.requests.push(
      `${request.method} ${url.pathname}${action === null ? '' : `?action=${action}`}`,
    );
    imgapi.headers.push(request.headers);
    if (await imgapi.misbehave(request, response)) return;
    if (request.headers.expect !== undefined) response.writeContinue();
    if (url.pathname === '/ping') return reply(response, 200, { ping: 'pong', version: '1.0.0' });
    const [, uuid = '', isFile] = /^\/images\/([0-9a-f-]{36})(\/file)?$/.exec(url.pathname) ?? [];
    const stored = imgapi.images.get(uuid);
    if (action === 'import') return importManifest(uuid, request, response);
    if (action === 'import-remote') {
      const manifest = imgapi.remote.get(uuid);
      if (manifest === undefined) return fail(response, 404, 'ResourceNotFound', 'no such image');
      imgapi.images.set(uuid, { manifest: { ...manifest, state: 'unactivated' } });
      // A separate job.
      setTimeout(() => imgapi.images.set(uuid, { manifest: { ...manifest, state: 'active' } }), 50);
      return reply(response, 200, { image_uuid: uuid, job_uuid: uuid });
    }
    if (stored === undefined) return fail(response, 404, 'ResourceNotFound', 'image not found');
    if (isFile !== undefined && request.method === 'PUT') {
      return addFile(stored, url.searchParams, request, response);
    }
    if (isFile !== undefined) {
      if (stored.file === undefined) return fail(response, 404, 'ResourceNotFound', 'no file');
      return pipeline(createReadStream(stored.file), response);
    }
    if (action === 'activate') {
      if (stored.file === undefined) return fail(response, 422, 'NoActivationNoFile', 'no file');
      if (stored.manifest['state'] === 'active') {
        return fail(response, 422, 'ImageAlreadyActivated', 'is active');
      }
      stored.manifest = { ...stored.manifest, state: 'active' };
    }
    if (request.method === 'DELETE') {
      imgapi.images.delete(uuid);
      response.writeHead(204).end();
      return;
    }
    reply(response, 200, stored.manifest);
  }

  async function importManifest(
    uuid: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const manifest: Record<string, unknown> = JSON.parse(Buffer.concat(chunks).toString());
    const strange = Object.keys(manifest).filter((field) => !manifestFields.has(field));
    if (strange.length > 0) {
      const errors = strange.map((field) => ({ field, code: 'NotAllowed' }));
      return fail(response, 422, 'InvalidParameter', 'invalid manifest', errors);
    }
    if (manifest['uuid'] !== uuid) return fail(response, 422, 'InvalidParameter', 'another uuid');
    const { origin } = manifest;
    if (typeof origin === 'string' && imgapi.images.get(origin)?.manifest['state'] !== 'active') {
      return fail(response, 422, 'OriginIsNotActive', `origin ${origin}`);
    }
    if (imgapi.images.has(uuid)) {
      return fail(response, 409, 'ImageUuidAlreadyExists', `${uuid} exists`);
    }
    const { files: _, ...kept } = manifest;
    imgapi.images.set(uuid, { manifest: { ...kept, state: 'unactivated' } });
    reply(response, 200, { ...kept, state: 'unactivated' });
  }

  async function addFile(
    stored: Stored,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const compression = query.get('compression');
    if (compression === null) return fail(response, 422, 'InvalidParameter', 'compression');
    const file = join(folder, `${imgapi.requests.length}`);
    const hash = createHash('sha1');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(request, createWriteStream(file));
    const { size } = await stat(file);
    const sha1 = hash.digest('hex');
    const isWhole = String(size) === request.headers['content-length'];
    if (!isWhole || (query.get('sha1') ?? sha1) !== sha1) {
      return fail(response, 400, 'Download', 'sha1 or length does not match');
    }
    stored.file = file;
    stored.manifest = { ...stored.manifest, files: [{ sha1, size, compression }] };
    reply(response, 200, stored.manifest);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  imgapi.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return imgapi;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The error body of IMGAPI. */
export function fail(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  errors?: object[],
): void {
  reply(response, status, { code, message, ...(errors && { errors }) });
}

/** Reads some of a request's body. */
export async function readSome(request: IncomingMessage, bytes: number): Promise<void> {
  let read = 0;
  for await (const chunk of request) {
    read += chunk.length;
    if (read >= bytes) return;
  }
}

/** Answers after a while. */
export async function slowly(ms: number): Promise<boolean> {
  await sleep(ms);
  return false;
}
