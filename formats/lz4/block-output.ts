import { type Limits, raiseLimit, refuse } from '../../src/kit.ts';
import { blockSlackBytes, decodeLz4Block } from './decode-block.ts';

/** The greatest distance of a match. */
const historyBytes = 64 * 1024;
/** The maximum growth of one byte of a block: it adds this much to the length of a match. */
const maxGrowth = 255;
/** Small blocks share memory up to this size. */
const sharedBytes = 1024 * 1024;

/** Returns memory of at least this many bytes, with any content. */
export type TakeMemory = (bytes: number) => Uint8Array;

/**
 * Decodes the blocks of one frame one after the other into the same memory, so that a linked block finds the data that
 * it refers to. Bytes that were handed out are never overwritten.
 */
export class BlockOutput {
  readonly #blockBytes: number;
  readonly #linked: boolean;
  readonly #take: TakeMemory;
  #memory: Uint8Array = new Uint8Array(0);
  #filled = 0;

  /** `blockBytes` is the maximum decoded size of a block; above `limits.windowBytes` it is refused. */
  constructor(
    blockBytes: number,
    linked: boolean,
    limits: Pick<Limits, 'windowBytes'>,
    take: TakeMemory = (bytes) => new Uint8Array(bytes),
  ) {
    if (blockBytes > limits.windowBytes) {
      throw refuse('limit', `An lz4 frame has blocks of ${blockBytes} bytes`, {
        format: 'lz4',
        limit: limits.windowBytes,
        value: blockBytes,
        hint: raiseLimit('windowBytes', blockBytes),
      });
    }
    this.#blockBytes = blockBytes;
    this.#linked = linked;
    this.#take = take;
  }

  /** The content of a compressed block. */
  decode(block: Uint8Array): Uint8Array {
    const room = Math.min(this.#blockBytes, block.length * maxGrowth);
    this.#makeRoom(room);
    const start = this.#filled;
    const oldest = this.#linked ? 0 : start;
    this.#filled = decodeLz4Block(block, this.#memory, start, room, oldest);
    return this.#memory.subarray(start, this.#filled);
  }

  /** The content of a block that is stored uncompressed. */
  copy(block: Uint8Array): Uint8Array {
    this.#makeRoom(block.length);
    const start = this.#filled;
    this.#memory.set(block, start);
    this.#filled += block.length;
    return this.#memory.subarray(start, this.#filled);
  }

  #makeRoom(room: number): void {
    const old = this.#memory;
    if (this.#filled + room + blockSlackBytes <= old.length) return;
    const kept = this.#linked ? Math.min(historyBytes, this.#filled) : 0;
    const size = Math.max(room, Math.min(sharedBytes, old.length * 2));
    this.#memory = this.#take(kept + size + blockSlackBytes);
    this.#memory.set(old.subarray(this.#filled - kept, this.#filled));
    this.#filled = kept;
  }
}
