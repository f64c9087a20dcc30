import { gzipSync } from 'node:zlib';
import { alike, type Exchange, type Fault } from './fault.ts';
import { cut, send, serve } from './serve.ts';

const page = '<!DOCTYPE html><html><title>Sign in</title>';
const manyBytes = 4 * 1024 ** 2;

/** Without Node's own server: status line and headers as given, then the bytes. */
function sendRaw({ response }: Exchange, head: string[], body: Uint8Array | string = ''): void {
  response.socket?.write(`HTTP/1.1 ${head.join('\r\n')}\r\n\r\n`);
  response.socket?.write(body);
}

/** Repeats the same bytes until the client ends the connection. */
async function sendForEver({ response }: Exchange, bytes: Uint8Array): Promise<void> {
  // Larger than a client should accept, so that few listeners are added.
  const many = Buffer.concat(
    new Array<Uint8Array>(Math.ceil(manyBytes / bytes.length)).fill(bytes),
  );
  while (!response.destroyed) {
    await send(response, many);
    // A fast reader must not block the rest of this process.
    await new Promise(setImmediate);
  }
}

const answerWith =
  (status: number, body = '', headers: Record<string, string> = {}): Fault['answer'] =>
  ({ response }) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** A client that comes back too early is refused permanently. */
function busyUntil(
  exchange: Exchange,
  status: number,
  retryAfter: string,
  moment: number,
): unknown {
  const { count, request, response, file } = exchange;
  if (count === 1) return answerWith(status, 'later', { 'retry-after': retryAfter })(exchange);
  // Timers may be a little early.
  if (Date.now() < moment - 10) return answerWith(403, 'too early')(exchange);
  return serve(request, response, file);
}

const firstly =
  (times: number, answer: Fault['answer']): Fault['answer'] =>
  (exchange) => {
    const { count, request, response, file } = exchange;
    return count > times ? serve(request, response, file) : answer(exchange);
  };

/** Answers with false headers or wrong bytes. */
export const brokenAnswers: readonly Fault[] = [
  alike('no ranges, nothing else amiss', ['this'], ({ request, response, file }) =>
    serve(request, response, { bytes: file.bytes, ranges: false }),
  ),
  {
    title: 'half the length declared',
    answer: (exchange) => {
      const { bytes } = exchange.file;
      sendRaw(exchange, ['200 OK', `content-length: ${bytes.length >> 1}`], bytes);
    },
    // The additional bytes would begin the next answer, so they may break the connection first.
    digest: ['ERR_DIGEST', 'ERR_NETWORK'],
    tls: ['ERR_DECODE', 'ERR_NETWORK'],
  },
  {
    title: 'half of the file, and half the length declared',
    answer: (exchange) => {
      const half = exchange.file.bytes.subarray(0, exchange.file.bytes.length >> 1);
      sendRaw(exchange, ['200 OK', `content-length: ${half.length}`], half);
    },
    digest: ['ERR_DIGEST'],
    tls: ['ERR_DECODE'],
  },
  alike('more than the length declared', ['ERR_NETWORK'], (exchange) => {
    const { bytes } = exchange.file;
    sendRaw(exchange, ['200 OK', `content-length: ${bytes.length + 1000}`], bytes);
    cut(exchange.response);
  }),
  alike('a length of a petabyte declared', ['ERR_LIMIT'], (exchange) => {
    sendRaw(exchange, ['200 OK', 'content-length: 999999999999999'], exchange.file.bytes);
  }),
  alike('a length declared that is no number', ['ERR_NETWORK'], (exchange) => {
    sendRaw(exchange, ['200 OK', `content-length: ${'9'.repeat(40)}`], exchange.file.bytes);
  }),
  alike('two lengths declared', ['ERR_NETWORK'], (exchange) => {
    const { bytes } = exchange.file;
    const lengths = [bytes.length, bytes.length - 1].map((length) => `content-length: ${length}`);
    sendRaw(exchange, ['200 OK', ...lengths], bytes);
  }),
  {
    title: 'an end that is not marked, too early',
    answer: (exchange) => {
      const { file, place } = exchange;
      sendRaw(exchange, ['200 OK', 'connection: close'], file.bytes.subarray(0, place));
      cut(exchange.response);
    },
    digest: ['ERR_DIGEST', 'ERR_NETWORK'],
    tls: ['ERR_DECODE', 'ERR_NETWORK'],
  },
  alike('a chunk that is none', ['ERR_NETWORK'], (exchange) => {
    const { file, place } = exchange;
    const length = place.toString(16);
    const chunk = Buffer.concat([
      Buffer.from(`${length}\r\n`),
      file.bytes.subarray(0, place),
      Buffer.from('\r\nno number\r\n'),
    ]);
    sendRaw(exchange, ['200 OK', 'transfer-encoding: chunked'], chunk);
  }),
  alike('headers without end', ['ERR_NETWORK'], async (exchange) => {
    const { socket } = exchange.response;
    socket?.write('HTTP/1.1 200 OK\r\n');
    for (let i = 0; i < 10_000; i += 1) socket?.write(`x-${i}: ${'x'.repeat(50)}\r\n`);
  }),
  alike('another protocol', ['ERR_NETWORK'], ({ response }) => {
    response.socket?.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n');
  }),
  alike('content encoding gzip, packed once more', ['ERR_NETWORK'], ({ response, file }) => {
    const packed = gzipSync(file.bytes);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
    response.end(packed);
  }),
  {
    title: 'packed once more without a word',
    answer: ({ response, file }) => response.end(gzipSync(file.bytes)),
    digest: ['ERR_DIGEST'],
    tls: ['ERR_UNSAFE_IMAGE'],
  },
  {
    title: 'one bit flipped',
    answer: ({ request, response, file, place }) => {
      const bytes = Uint8Array.from(file.bytes);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      return serve(request, response, { ...file, bytes });
    },
    digest: ['ERR_DIGEST'],
  },
  {
    title: 'nothing at all',
    answer: answerWith(200, '', { 'content-length': '0' }),
    digest: ['ERR_DIGEST'],
    tls: ['ERR_UNSAFE_IMAGE'],
  },
  alike('204', ['ERR_HTTP_STATUS'], answerWith(204)),
  alike('304 without a condition', ['ERR_HTTP_STATUS'], answerWith(304)),
  alike(
    '403 with an HTML page',
    ['ERR_HTTP_STATUS'],
    answerWith(403, page, { 'content-type': 'text/html' }),
  ),
  alike('403 with a page without end', ['ERR_HTTP_STATUS'], (exchange) => {
    exchange.response.writeHead(403, { 'content-type': 'text/html' });
    return sendForEver(exchange, Buffer.from(page));
  }),
  {
    title: '200 with an HTML page',
    answer: answerWith(200, page, { 'content-type': 'text/html' }),
    digest: ['ERR_DIGEST'],
    tls: ['ERR_UNSAFE_IMAGE'],
  },
  alike('429 for ever', ['ERR_HTTP_STATUS'], answerWith(429, 'later', { 'retry-after': '0' })),
  alike('503 once, to come back in a second', ['this'], (exchange) =>
    busyUntil(exchange, 503, '1', exchange.firstAt + 1000),
  ),
  alike('429 once, with a date to come back', ['this'], (exchange) => {
    const date = new Date(exchange.firstAt + 1500).toUTCString();
    return busyUntil(exchange, 429, date, Date.parse(date));
  }),
  alike('503 twice, then fine', ['this'], firstly(2, answerWith(503, 'busy'))),
  alike('404 although the index names it', ['ERR_HTTP_STATUS'], answerWith(404, 'no')),
  alike(
    'zeros without end after the file',
    ['ERR_LIMIT', 'ERR_DECODE', 'ERR_UNSAFE_IMAGE'],
    async (exchange) => {
      exchange.response.writeHead(200);
      await send(exchange.response, exchange.file.bytes);
      await sendForEver(exchange, new Uint8Array(16_384));
    },
    { limits: { downloadBytes: manyBytes } },
  ),
  alike(
    'the file again and again without end',
    ['ERR_LIMIT', 'ERR_DECODE', 'ERR_UNSAFE_IMAGE'],
    (exchange) => {
      exchange.response.writeHead(200);
      return sendForEver(exchange, exchange.file.bytes);
    },
    { limits: { downloadBytes: manyBytes } },
  ),
  alike('a redirect to a place that cuts once', ['this'], async (exchange) => {
    const { count, request, response, file, place } = exchange;
    if (count % 2 === 1 && request.url?.includes('?') !== true) {
      response.writeHead(302, { location: `${request.url}?there` });
      response.end();
    } else if (!(await serve(request, response, file, count > 2 ? undefined : place))) {
      cut(response);
    }
  }),
];
