import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { sleep } from '../../kit/abort.ts';
import { defined } from '../../kit/defined.ts';
import type { WireBody } from './answer.ts';

/** How long to wait for a server that does not support `Expect: 100-continue` (RFC 9110, 10.1.1). */
const continueMs = 1000;
/** For a smaller body, asking first takes longer than sending. */
const expectContinueBytes = 64 * 1024;

/** A body that is being sent. */
interface CarriedBody {
  headers: Record<string, string>;
  stream: Readable;
  /** Called with the request that sends it. */
  watch(request: ClientRequest): void;
}

/**
 * A body as a stream that the server reads at its own speed. It starts after the server has seen the headers and says
 * to continue, so a refusal costs no upload, and it ends early if the answer arrives before its end.
 */
export function carryBody(body: WireBody, onSent: () => void): CarriedBody {
  const { promise: mayBegin, resolve: begin } = Promise.withResolvers<void>();
  const asks = body.sizeBytes >= expectContinueBytes;
  if (!asks) begin();
  let isAnswered = false;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    await mayBegin;
    onSent();
    if (isAnswered) return;
    for await (const chunk of body.chunks()) {
      if (isAnswered) return;
      yield chunk;
      // The next chunk is requested after this one was taken.
      onSent();
    }
  }
  return {
    headers: {
      'content-length': String(body.sizeBytes),
      ...defined({ expect: asks ? '100-continue' : undefined }),
      // If the answer comes before the end of the body, no other request can use the connection.
      connection: 'close',
    },
    stream: Readable.from(pieces(), { objectMode: false, highWaterMark: 1 }),
    watch(request) {
      request.once('continue', begin);
      request.once('response', () => {
        isAnswered = true;
        begin();
      });
      request.once('close', () => {
        isAnswered = true;
        begin();
      });
      request.once('socket', (socket) => {
        // From the connection on, because before it the server cannot answer.
        if (socket.connecting) socket.once('connect', () => void sleep(continueMs).then(begin));
        else void sleep(continueMs).then(begin);
      });
    },
  };
}
