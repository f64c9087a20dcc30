import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSender } from '../../src/http/client.ts';
import type { SentAnswer } from '../../src/http/send.ts';
import type { WireBody } from '../../src/http/wire/answer.ts';
import { sleep } from '../../src/kit/abort.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

let server: Server;
let answer: Handler;
let seen: string[];
beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    Promise.resolve(answer(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const address = (): URL => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
const { signal } = new AbortController();

function send(
  method: 'POST' | 'PUT' | 'DELETE',
  body?: WireBody,
  tuning: { stallMs?: number } = {},
): Promise<SentAnswer> {
  const sender = createSender({ ca: [], log: () => undefined, tuning });
  return sender({ method, url: address(), body, signal });
}

/** `asked` is called with the number of pieces of 64 KiB that were requested. */
function pieces(count: number, asked: (count: number) => void = () => {}): WireBody {
  return {
    sizeBytes: count * 65_536,
    async *chunks() {
      for (let index = 1; index <= count; index += 1) {
        asked(index);
        yield new Uint8Array(65_536).fill(index);
      }
    },
  };
}

test('a body arrives whole, with its length, in the given order', async () => {
  answer = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    response.end(JSON.stringify({ length, encoding, first: bytes[0], last: bytes.at(-1) }));
  };
  const { status, text } = await send('PUT', pieces(40));
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({ length: `${40 * 65_536}`, first: 1, last: 40 });
});

test('a request without a body is sent, with any method', async () => {
  answer = (_, response) => void response.writeHead(204).end();
  expect((await send('DELETE')).status).toBe(204);
  expect((await send('POST')).status).toBe(204);
});

test('a server that refuses the headers gets no body', async () => {
  server.on('checkContinue', (_, response) => void response.writeHead(413).end('too large'));
  let asked = 0;
  const body = pieces(1000, (count) => {
    asked = count;
  });
  expect(await send('PUT', body)).toMatchObject({ status: 413, text: 'too large' });
  expect(asked).toBe(0);
});

test('an answer in the middle of the body ends the body', async () => {
  answer = async (request, response) => {
    for await (const _ of request) break;
    response.writeHead(500).end('broken');
  };
  let asked = 0;
  const body = pieces(100_000, (count) => {
    asked = count;
  });
  const sent = await send('PUT', body).catch((error: unknown) => error);
  // The connection may be cut before the answer is read; in both cases the rest is not sent.
  expect(sent).toMatchObject(sent instanceof Error ? { code: 'ERR_NETWORK' } : { status: 500 });
  expect(asked).toBeLessThan(100_000);
});

test('a slow server is waited for while it reads the body, and given up when it stops', async () => {
  answer = async (request, response) => {
    for await (const _ of request) await sleep(5);
    response.end('done');
  };
  // The whole takes longer than the limit without a byte; the system's buffers do not count.
  expect((await send('PUT', pieces(800), { stallMs: 1500 })).text).toBe('done');
  answer = () => {};
  await expect(send('PUT', pieces(400), { stallMs: 300 })).rejects.toMatchObject({
    code: 'ERR_STALLED',
  });
});

test('a redirect is returned unchanged, and nothing is sent twice', async () => {
  answer = (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
  expect((await send('POST')).status).toBe(302);
  answer = (request) => void request.socket.destroy();
  await expect(send('POST')).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  expect(seen).toEqual(['POST /x', 'POST /x']);
});
