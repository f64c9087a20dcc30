import type { OnReadOpts, Socket } from 'node:net';
import type { PieceRing } from './piece-ring.ts';

const headBytes = 64 * 1024;
const readers = new WeakMap<Socket, SocketReader>();

/**
 * Reads a socket into memory of its own. The HTTP parser copies every byte of a body into new memory, which costs four
 * times what receiving costs; so after the head of an answer, its body can be taken from here.
 */
export class SocketReader {
  /** For the socket, when it is made. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#ring?.room() ?? this.#head,
    callback: (length, memory) => this.#came(length, memory),
  };
  readonly #head = Buffer.allocUnsafeSlow(headBytes);
  #socket: Socket | undefined;
  #ring: PieceRing | undefined;
  #onBytes: () => void = () => {};

  /** The reader of a socket that was made with one. */
  static of(socket: Socket): SocketReader | undefined {
    return readers.get(socket);
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    readers.set(socket, this);
  }

  /** From the next read on, bytes go to `ring` and never to the parser; the socket cannot serve again. */
  divert(ring: PieceRing, onBytes: () => void): void {
    this.#ring = ring;
    this.#onBytes = onBytes;
  }

  /** False makes the socket wait until it is resumed. */
  #came(length: number, memory: Uint8Array): boolean {
    const ring = this.#ring;
    if (ring === undefined) {
      return this.#socket?.push(Buffer.from(memory.subarray(0, length))) ?? true;
    }
    // The one read that was asked for before.
    if (memory === this.#head) ring.append(memory.subarray(0, length));
    else ring.fill(length);
    this.#onBytes();
    return !ring.isFull;
  }
}
