import { abortable, type ByteSource } from '../../src/kit.ts';
import { refuseVmdk } from './magic.ts';

const windowBytes = 64 * 1024;
/** Reading ahead saves time only if the reads are close together. */
const maxGapBytes = 16 * 1024;

/** Reads small neighbouring pieces of a file at once, as far as they have arrived. */
export class FileWindow {
  readonly #source: ByteSource;
  readonly #signal: AbortSignal;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Exactly these bytes; waits until they have arrived; `truncated`, naming `what`, if the file ends before. */
  async read(position: number, length: number, what: string): Promise<Uint8Array> {
    const end = position + length;
    if (position < this.#start || end > this.#start + this.#bytes.length) {
      const previousEnd = this.#start + this.#bytes.length;
      const follows = position >= this.#start && position <= previousEnd + maxGapBytes;
      const ready = Math.min(windowBytes, this.#source.readyBytes - position);
      const wanted = follows ? Math.max(length, ready) : length;
      this.#bytes = await abortable(this.#source.read(position, wanted), this.#signal);
      this.#start = position;
    }
    const from = position - this.#start;
    const bytes = this.#bytes.subarray(from, from + length);
    if (bytes.length === length) return bytes;
    throw refuseVmdk('truncated', `the file ends inside ${what}`, {
      offset: position + bytes.length,
    });
  }
}
