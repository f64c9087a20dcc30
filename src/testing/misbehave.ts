import type { UpstreamHandler } from './upstream.ts';

/** Faults of servers between upstream and the caller. */
export type Misbehaviour =
  /** 403, as from a refusing proxy or store. */
  | 'refuse'
  /** 503 with `retry-after: 1`. */
  | 'unavailable'
  /** 200 with an HTML page instead of the document. */
  | 'page'
  /** The connection is closed after half of the body. */
  | 'cut'
  /** Half of the body, then nothing more. */
  | 'stall'
  /** A redirect to itself. */
  | 'loop'
  /** One byte of the body is changed. */
  | 'change'
  /** Range requests are ignored: the answer is always the whole body. */
  | 'no-ranges';

const page = '<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>\n';

/** A route that misbehaves: `upstream.route('disk.img', misbehave('cut', bytes))`. */
export function misbehave(how: Misbehaviour, body: Uint8Array | string = ''): UpstreamHandler {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  return (request, response) => {
    switch (how) {
      case 'refuse':
        response.writeHead(403, { 'content-type': 'text/plain' });
        return void response.end('forbidden\n');
      case 'unavailable':
        response.writeHead(503, { 'retry-after': '1' });
        return void response.end();
      case 'page':
        response.writeHead(200, { 'content-type': 'text/html' });
        return void response.end(page);
      case 'loop':
        response.writeHead(302, { location: request.url ?? '/' });
        return void response.end();
      case 'change': {
        const changed = Uint8Array.from(bytes);
        changed[half.length] = (changed[half.length] ?? 0) ^ 1;
        response.writeHead(200, { 'content-length': bytes.length });
        return void response.end(changed);
      }
      case 'no-ranges':
        response.writeHead(200, { 'content-length': bytes.length });
        return void response.end(bytes);
      case 'cut':
      case 'stall':
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(half);
        // Later, so that the first half is sent before.
        if (how === 'cut') setTimeout(() => response.destroy(), 20);
    }
  };
}
