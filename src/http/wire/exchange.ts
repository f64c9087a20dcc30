import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { SlowFailure, TransientFailure, type Tuning } from '../retry.ts';
import type { Answer } from './answer.ts';
import { LentBody } from './lent-body.ts';
import { networkFailure } from './network-failure.ts';
import { Pace } from './pace.ts';

interface ExchangeContext {
  url: URL;
  proxy: string | undefined;
  signal: AbortSignal;
  tuning: Tuning;
  /** See `WireRequest.lends`. */
  lends: boolean;
}

/**
 * One request and its answer. It measures silence only while the reader waits for bytes, so a slow reader does not
 * count as a stall, and it reads one chunk at a time, so no data accumulates.
 */
export class Exchange implements Answer {
  readonly url: URL;
  readonly proxy: string | undefined;
  status = 0;
  headers: Record<string, string> = {};
  readonly #stream: Duplex;
  readonly #context: ExchangeContext;
  readonly #abort = (): void => this.#stop(this.#context.signal.reason);
  #response: IncomingMessage | undefined;
  #chunks: AsyncIterator<unknown> | undefined;
  readonly #pace: Pace;
  #timer: NodeJS.Timeout | undefined;
  #stopped: { reason: unknown } | undefined;

  constructor(stream: Duplex, context: ExchangeContext) {
    this.url = context.url;
    this.proxy = context.proxy;
    this.#stream = stream;
    this.#context = context;
    this.#pace = new Pace(context.tuning);
    // The stream may fail at any time, also between two reads; the next read reports it.
    stream.on('error', () => {});
    context.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Bytes of the request's body were sent: restarts the wait for the next ones, or for the answer. */
  sent(): void {
    if (this.status === 0 && this.#stopped === undefined) this.#expectBytes();
  }

  /** Resolves when status and headers have arrived. */
  async open(): Promise<void> {
    const { tuning } = this.#context;
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      this.#stream.once('response', resolve);
      this.#stream.once('error', reject);
      this.#stream.once('close', () => reject(new Error('the connection was closed')));
    });
    this.#stream.once('request', (request: ClientRequest) => {
      request.once('socket', (socket) => this.#whenConnected(socket, () => this.#expectBytes()));
    });
    this.#watch(tuning.connectMs, () => this.#connectFailure(tuning.connectMs));
    const response = await this.#settled(answered);
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = flattened(response);
  }

  async next(): Promise<Uint8Array | undefined> {
    this.#expectBytes();
    this.#chunks ??= this.#open();
    this.#pace.wait();
    const { done, value } = await this.#settled(this.#chunks.next());
    if (done === true) {
      this.#context.signal.removeEventListener('abort', this.#abort);
      return undefined;
    }
    const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value));
    if (this.#pace.keepsUp(bytes.length)) return bytes;
    this.close();
    throw new SlowFailure(this.#slowFailure());
  }

  close(): void {
    this.#context.signal.removeEventListener('abort', this.#abort);
    clearTimeout(this.#timer);
    if (!this.#stream.readableEnded) this.#stream.destroy();
  }

  #open(): AsyncIterator<unknown> {
    const { lends } = this.#context;
    const lent = lends && this.#response && LentBody.open(this.#response, this.#stream);
    return lent || this.#stream[Symbol.asyncIterator]();
  }

  async #settled<T>(waiting: Promise<T>): Promise<T> {
    try {
      return await waiting;
    } catch (error) {
      this.close();
      if (this.#stopped !== undefined) throw this.#stopped.reason;
      throw networkFailure(error, this.#context);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  #stop(reason: unknown): void {
    this.#stopped ??= { reason };
    this.#stream.destroy(new Error('stopped'));
  }

  #watch(ms: number, failure: () => TransferError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop(new TransientFailure(failure())), ms);
  }

  #expectBytes(): void {
    const { stallMs } = this.#context.tuning;
    this.#watch(stallMs, () => this.#stallFailure(stallMs));
  }

  #whenConnected(socket: Socket, connected: () => void): void {
    if (!socket.connecting) connected();
    else socket.once(this.url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
  }

  #connectFailure(ms: number): TransferError {
    const timeout = Object.assign(new Error(`no connection within ${ms} ms`), {
      code: 'ETIMEDOUT',
    });
    const failure = networkFailure(timeout, this.#context);
    return failure instanceof TransientFailure ? failure.failure : failure;
  }

  #slowFailure(): TransferError {
    const { proxy } = this;
    const { paceMs, leastBytesPerSecond } = this.#context.tuning;
    const shown = publicUrl(this.url);
    return new TransferError({
      code: 'ERR_STALLED',
      message: `${shown}: fewer than ${leastBytesPerSecond} bytes a second for ${paceMs / 1000} s`,
      hint: 'Try later or another mirror, or lower limits.leastBytesPerSecond (--limit leastBytesPerSecond=N).',
      details: defined({ url: shown, stallMs: paceMs, proxy }),
    });
  }

  #stallFailure(stallMs: number): TransferError {
    const { proxy } = this;
    const shown = publicUrl(this.url);
    return new TransferError({
      code: 'ERR_STALLED',
      message: `${shown}: no byte for ${stallMs / 1000} s${proxy === undefined ? '' : ` (through the proxy ${proxy})`}`,
      hint: 'Check the network and try again.',
      details: defined({ url: shown, stallMs, proxy }),
    });
  }
}

function flattened(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
