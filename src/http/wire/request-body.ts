import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { sleep } from '../../kit/abort.ts';
import { defined } from '../../kit/defined.ts';
import type { WireBody } from './answer.ts';

/** A server that knows nothing of `Expect: 100-continue` is not waited for any longer (RFC 9110, 10.1.1). */
const continueMs = 1000;
/** Less is sent sooner than asked for. */
const leastAskedBytes = 64 * 1024;

/** A body on its way. */
interface CarriedBody {
  headers: Record<string, string>;
  stream: Readable;
  /** Hears of the request that carries it. */
  watch(request: ClientRequest): void;
}

/**
 * A body as a stream that is read as fast as the server takes it. It begins when the server has seen the headers and says
 * to go on, so that a refusal costs no upload, and ends early where the answer comes before its end.
 */
export function carryBody(body: WireBody, onSent: () => void): CarriedBody {
  const { promise: mayBegin, resolve: begin } = Promise.withResolvers<void>();
  const asks = body.sizeBytes >= leastAskedBytes;
  if (!asks) begin();
  let isAnswered = false;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    await mayBegin;
    onSent();
    if (isAnswered) return;
    for await (const chunk of body.chunks()) {
      if (isAnswered) return;
      yield chunk;
      // The next one is asked for when this one was taken.
      onSent();
    }
  }
  return {
    headers: {
      'content-length': String(body.sizeBytes),
      ...defined({ expect: asks ? '100-continue' : undefined }),
      // An answer ahead of the body's end leaves a connection that no other request can use.
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
        // From the connection on: before it nothing can be answered.
        if (socket.connecting) socket.once('connect', () => void sleep(continueMs).then(begin));
        else void sleep(continueMs).then(begin);
      });
    },
  };
}
