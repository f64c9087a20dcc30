import type { OnReadOpts, Socket } from 'node:net';
import type { PieceRing } from './piece-ring.ts';

const headBytes = 64 * 1024;
const readers = new WeakMap<Socket, SocketReader>();

/**
 * Reads a socket into separate memory. The HTTP parser copies every byte of a body into new memory, which costs four
 * times as much as receiving it; so after the head of an answer, its body can be read from here.
 */
export class SocketReader {
  /** Passed to the socket when it is created. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#ring?.room() ?? this.#head,
    callback: (length, memory) => this.#came(length, memory),
  };
  readonly #head = Buffer.allocUnsafeSlow(headBytes);
  #socket: Socket | undefined;
  #ring: PieceRing | undefined;
  #onBytes: () => void = () => {};

  /** The reader of a socket that was created with one. */
  static of(socket: Socket): SocketReader | undefined {
    return readers.get(socket);
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    readers.set(socket, this);
  }

  /** From the next read on, bytes go to `ring` and not to the parser; the socket cannot be used again. */
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
    // The read that was already requested before.
    if (memory === this.#head) ring.append(memory.subarray(0, length));
    else ring.fill(length);
    this.#onBytes();
    return !ring.isFull;
  }
}
