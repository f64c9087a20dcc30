import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { parseContentLength } from '../bodies/byte-range.ts';
import { PieceRing, ringPieceBytes } from './piece-ring.ts';
import { SocketReader } from './socket-reader.ts';

/** A shorter body is not worth losing its connection, which ends with it. */
const leastBytes = 1024 * 1024;
/** How long bytes wait for more, so that a chunk contains more than one packet. */
const gatherMs = 4;

/**
 * The body of an answer, read directly from its socket instead of through the HTTP parser. Each chunk is valid until
 * the next one is requested. Bytes that arrived before a failure are returned before it.
 */
export class LentBody implements AsyncIterator<Uint8Array, undefined> {
  readonly #ring = new PieceRing();
  /** The bytes that the parser returned before. */
  readonly #first: Uint8Array[];
  readonly #response: IncomingMessage;
  #leftBytes: number;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #failure: { error: unknown } | undefined;
  #wake: () => void = () => {};

  /** `undefined` if the body is short, has no stated length, or is not on one of our sockets. */
  static open(response: IncomingMessage, stream: Duplex): LentBody | undefined {
    const { headers, socket } = response;
    const reader = SocketReader.of(socket);
    const length = parseContentLength({ 'content-length': headers['content-length'] ?? '' });
    if (reader === undefined || length === undefined || headers['transfer-encoding']) return;
    // Bytes in the buffer of the socket would go to the parser.
    if (response.complete || socket.readableLength > 0 || stream.readableLength > 0) return;
    const first: Uint8Array[] = [];
    let leftBytes = length - response.readableLength;
    if (leftBytes < leastBytes) return;
    for (let chunk = response.read(); chunk !== null; chunk = response.read()) first.push(chunk);
    leftBytes = length - first.reduce((sum, chunk) => sum + chunk.length, 0);
    return new LentBody({ first, leftBytes, reader, response, stream });
  }

  private constructor(init: {
    first: Uint8Array[];
    leftBytes: number;
    reader: SocketReader;
    response: IncomingMessage;
    stream: Duplex;
  }) {
    this.#first = init.first;
    this.#leftBytes = init.leftBytes;
    this.#response = init.response;
    init.reader.divert(this.#ring, () => this.#came());
    init.stream.once('error', (error) => this.#fail(error));
    const cut = Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
    init.response.once('close', () => this.#fail(cut));
    init.stream.once('close', () => this.#fail(cut));
    init.response.socket.resume();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const first = this.#first.shift();
    if (first !== undefined) return { done: false, value: first };
    while (this.#leftBytes > 0 && !this.#isReady()) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ring.unreadBytes > 0) this.#setTimer();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#leftBytes === 0) return { done: true, value: undefined };
    this.#isDue = false;
    const value = this.#ring.take().subarray(0, this.#leftBytes);
    this.#leftBytes -= value.length;
    if (!this.#ring.isFull) this.#response.socket.resume();
    return { done: false, value };
  }

  #isReady(): boolean {
    const { unreadBytes } = this.#ring;
    if (unreadBytes >= Math.min(ringPieceBytes, this.#leftBytes)) return true;
    return unreadBytes > 0 && (this.#isDue || this.#failure !== undefined);
  }

  #came(): void {
    if (this.#isReady()) this.#wake();
    else this.#setTimer();
  }

  #setTimer(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#wake();
    }, gatherMs);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    clearTimeout(this.#timer);
    this.#wake();
  }
}
