import { alike, type Exchange, type Fault } from './fault.ts';
import { cut, type ServedFile, send, serve } from './serve.ts';

/** Answers this request up to the place and cuts; the others are answered by `then`. */
async function cutFirst(
  { count, request, response, place, ...rest }: Exchange,
  file: ServedFile,
  later: (exchange: Exchange) => unknown = () => serve(request, response, file),
): Promise<void> {
  if (count > 1) {
    await later({ count, request, response, place, ...rest });
    return;
  }
  await serve(request, response, file, place);
  cut(response);
}

/** The requested bytes, `end` exclusive. */
function askedFor({ request, file }: Exchange): { start: number; end: number } {
  const match = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers['range']));
  const [, first = '0', last = ''] = match ?? [];
  const size = file.bytes.length;
  return { start: Number(first), end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

const isRest = (exchange: Exchange): boolean => askedFor(exchange).start > 0;

/** The beginning of the file up to the place, then `otherwise` for every continuation. */
async function cutEach(exchange: Exchange, otherwise: () => unknown): Promise<void> {
  const { request, response, file, place } = exchange;
  if (isRest(exchange)) {
    await otherwise();
    return;
  }
  await serve(request, response, file, place);
  cut(response);
}

/** Transfers that end too early or never, and the server's answers to a request for the rest. */
export const brokenTransfers: readonly Fault[] = [
  alike('cut once', ['this'], (exchange) => cutFirst(exchange, exchange.file)),
  alike('cut again and again, each time somewhere in the rest', ['this'], async (exchange) => {
    const { request, response, file, random } = exchange;
    const { start, end } = askedFor(exchange);
    const stopAt = end - start < 4096 ? end : random.between(start + 1, end - 1);
    if (!(await serve(request, response, file, stopAt))) cut(response);
  }),
  alike('cut once, before the first byte', ['this'], async (exchange) => {
    const { count, request, response, file } = exchange;
    if (!(await serve(request, response, file, count > 1 ? undefined : 0))) cut(response);
  }),
  alike('cut once, before the answer', ['this'], ({ count, request, response, file }) =>
    count > 1 ? serve(request, response, file) : response.destroy(),
  ),
  alike('cut once, the last byte missing', ['this'], async (exchange) => {
    const place = exchange.file.bytes.length - 1;
    await cutFirst({ ...exchange, place }, exchange.file);
  }),
  alike('cut once by a server without ranges', ['this'], (exchange) =>
    cutFirst(exchange, { ...exchange.file, ranges: false }),
  ),
  alike('cut once by a server without validators', ['this'], (exchange) =>
    cutFirst(exchange, { bytes: exchange.file.bytes }),
  ),
  alike('always cut, without ranges', ['ERR_NETWORK'], async (exchange) => {
    const { request, response, file, place } = exchange;
    await serve(request, response, { ...file, ranges: false }, place);
    cut(response);
  }),
  alike('cut, and every attempt to go on too', ['ERR_NETWORK'], (exchange) =>
    cutEach(exchange, () => exchange.response.destroy()),
  ),
  alike('silent once in the middle', ['this'], (exchange) => {
    const { count, request, response, file, place } = exchange;
    return serve(request, response, file, count > 1 ? undefined : place);
  }),
  alike('silent for ever in the middle', ['ERR_STALLED'], (exchange) =>
    serve(exchange.request, exchange.response, exchange.file, exchange.place),
  ),
  alike('silent for ever before the answer', ['ERR_STALLED'], () => {}),
  alike('cut, busy, then willing', ['this'], (exchange) =>
    cutFirst(exchange, exchange.file, ({ count, request, response, file }) => {
      if (count > 2) return serve(request, response, file);
      response.writeHead(503);
      return response.end('busy');
    }),
  ),
  {
    title: 'another file after a cut, under another ETag',
    answer: (exchange) =>
      cutFirst(exchange, exchange.file, ({ request, response, other }) =>
        serve(request, response, other),
      ),
    digest: ['ERR_DIGEST'],
    tls: ['other'],
  },
  {
    title: 'another file after a cut, without validators',
    answer: (exchange) =>
      cutFirst(exchange, { bytes: exchange.file.bytes }, ({ request, response, other }) =>
        serve(request, response, { bytes: other.bytes }),
      ),
    digest: ['ERR_DIGEST'],
    tls: ['other'],
  },
  {
    title: 'another file after a cut, under the same weak ETag',
    answer: (exchange) =>
      cutFirst(exchange, { ...exchange.file, etag: 'W/"1"' }, ({ request, response, other }) =>
        serve(request, response, { ...other, etag: 'W/"1"' }),
      ),
    digest: ['ERR_DIGEST'],
    tls: ['other'],
  },
  {
    // The beginning of one version and the rest of another: only a digest shows it.
    title: 'another file after a cut, under the same strong ETag',
    answer: (exchange) =>
      cutFirst(exchange, exchange.file, (later) => {
        const { request, response, file, other } = later;
        return serve(request, response, isRest(later) ? { ...other, etag: file.etag } : file);
      }),
    digest: ['this', 'ERR_DIGEST', 'ERR_NETWORK'],
  },
  alike('the same file under another ETag after a cut', ['this'], (exchange) =>
    cutFirst(exchange, exchange.file, ({ request, response, file }) =>
      serve(request, response, { ...file, etag: '"again"' }),
    ),
  ),
  alike(
    'the rest of another file for a condition that does not hold',
    ['ERR_NETWORK'],
    (exchange) => cutEach(exchange, () => sendRestOfOther(exchange)),
  ),
  alike('an ETag of its own for each request, each of them cut', ['ERR_NETWORK'], async (now) => {
    const { request, response, file, place, count } = now;
    await serve(request, response, { ...file, etag: `"${count}"` }, place);
    cut(response);
  }),
  alike('once another range than asked for', ['this'], (exchange) =>
    cutFirst(exchange, exchange.file, (later) => {
      const { count, request, response, file } = later;
      if (count > 2 || !isRest(later)) return serve(request, response, file);
      return sendRange(later, Math.max(0, askedFor(later).start - 1000));
    }),
  ),
  alike('always another range than asked for', ['ERR_NETWORK'], (exchange) =>
    cutEach(exchange, () => sendRange(exchange, 0)),
  ),
  {
    title: 'the range that was asked for, with the bytes of another place',
    answer: (exchange) =>
      cutFirst(exchange, exchange.file, (later) => {
        const { request, response, file } = later;
        const moved = Buffer.concat([file.bytes.subarray(7), file.bytes.subarray(0, 7)]);
        return serve(request, response, isRest(later) ? { ...file, bytes: moved } : file);
      }),
    digest: ['this', 'ERR_DIGEST'],
  },
  alike('a part without having been asked for one', ['ERR_HTTP_STATUS'], (exchange) =>
    sendRange(exchange, 1000),
  ),
];

/** Exactly the requested range, without regard to conditions, of another file of the same length. */
async function sendRestOfOther(exchange: Exchange): Promise<void> {
  const { response, file, other } = exchange;
  const { start, end } = askedFor(exchange);
  const bytes = Buffer.alloc(file.bytes.length);
  bytes.set(other.bytes.subarray(0, bytes.length));
  response.writeHead(206, {
    etag: other.etag ?? '',
    'content-length': end - start,
    'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
  });
  await send(response, bytes.subarray(start, end));
  response.end();
}

async function sendRange({ response, file }: Exchange, start: number): Promise<void> {
  const { bytes, etag = '' } = file;
  response.writeHead(206, {
    etag,
    'content-length': bytes.length - start,
    'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
  });
  await send(response, bytes.subarray(start));
  response.end();
}
