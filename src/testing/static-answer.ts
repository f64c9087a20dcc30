import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { defined } from '../kit/defined.ts';
import { isNotModified, rangeFor } from './preconditions.ts';

/** The body of a route: bytes, text, or a file that is read again for each request. */
export type UpstreamBody = Uint8Array | string | { file: string };

/** How a body that is given as data is served. */
export interface RouteOptions {
  /** Default 200; conditions and ranges are evaluated only for 200. */
  status?: number | undefined;
  headers?: Record<string, string> | undefined;
  /** Default: a strong one computed from the content; `false` for none. */
  etag?: string | false | undefined;
  /** Default: a fixed time, or the mtime of a file; `false` for none. */
  lastModified?: Date | false | undefined;
  /** Slows the body down. */
  bytesPerSecond?: number | undefined;
}

export interface StaticAnswer {
  body: UpstreamBody;
  options: RouteOptions;
}

interface Content {
  sizeBytes: number;
  etag: string;
  modified: Date;
  read(start: number, end: number): Readable;
}

/** Old enough to be a strong validator, and the same in every run. */
const longAgo = new Date('2026-01-02T03:04:05Z');
const slicesPerSecond = 50;

/** Answers GET and HEAD for one body: conditions first, then the range, in the order of RFC 9110 13.2.2. */
export async function answerStatic(
  { body, options }: StaticAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const content = await open(body);
  const etag = options.etag === false ? undefined : (options.etag ?? content.etag);
  const date =
    options.lastModified === false ? undefined : (options.lastModified ?? content.modified);
  const lastModified = date?.toUTCString();
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    ...defined({ etag, 'last-modified': lastModified }),
    ...options.headers,
  };
  const status = options.status ?? 200;
  const validators = { etag, lastModified };
  if (status === 200 && isNotModified(request.headers, validators)) {
    response.writeHead(304, headers).end();
    return;
  }
  const total = content.sizeBytes;
  const range = status === 200 ? rangeFor(request.headers, validators, total) : undefined;
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${total}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: total };
  if (range !== undefined) headers['content-range'] = `bytes ${start}-${end - 1}/${total}`;
  headers['content-length'] = String(end - start);
  response.writeHead(range === undefined ? status : 206, headers);
  if (request.method === 'HEAD' || start === end) response.end();
  else await pipeline(slowed(content.read(start, end), options.bytesPerSecond), response);
}

async function open(body: UpstreamBody): Promise<Content> {
  if (typeof body === 'object' && 'file' in body) {
    const { size, mtime } = await stat(body.file);
    return {
      sizeBytes: size,
      etag: `"${size.toString(16)}-${mtime.getTime().toString(16)}"`,
      modified: mtime,
      read: (start, end) => createReadStream(body.file, { start, end: end - 1 }),
    };
  }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return {
    sizeBytes: bytes.length,
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
    modified: longAgo,
    read: (start, end) => Readable.from(slices(bytes.subarray(start, end), 64 * 1024)),
  };
}

async function* slowed(
  source: Readable,
  bytesPerSecond: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    if (bytesPerSecond === undefined) {
      yield chunk;
      continue;
    }
    for (const slice of slices(chunk, Math.ceil(bytesPerSecond / slicesPerSecond))) {
      yield slice;
      await pause((1000 * slice.length) / bytesPerSecond);
    }
  }
}

function* slices(bytes: Uint8Array, size: number): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
