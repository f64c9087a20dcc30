import { createHash } from 'node:crypto';
import type { DiskSink } from '../../src/kit.ts';

/**
 * A disk in memory whose size may be set after the writes, like that of a file. With `junk` it starts full of that
 * byte.
 */
export class LateSink implements DiskSink {
  readonly zeroed: boolean;
  sizeBytes = -1;
  writtenBytes = 0;
  /** Number of running writes and zeroings, and their maximum. */
  running = 0;
  mostRunning = 0;
  /** A write at this place fails. */
  failAt: number = Number.POSITIVE_INFINITY;
  readonly #bytes: Buffer;
  #end = 0;

  constructor(capacity: number, junk = 0) {
    this.zeroed = junk === 0;
    this.#bytes = Buffer.alloc(capacity, junk);
  }

  async setSize(bytes: number): Promise<void> {
    if (this.sizeBytes !== -1) throw new Error('the size was set twice');
    if (bytes < this.#end) throw new Error(`there is data at ${this.#end}, past the size ${bytes}`);
    this.sizeBytes = bytes;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    await this.#change(position, bytes.length, () => this.#bytes.set(bytes, position));
    this.writtenBytes += bytes.length;
  }

  async zero(position: number, length: number): Promise<void> {
    await this.#change(position, length, () => this.#bytes.fill(0, position, position + length));
  }

  sha256(): string {
    const disk = this.#bytes.subarray(0, this.sizeBytes);
    return createHash('sha256').update(disk).digest('hex');
  }

  async #change(position: number, length: number, change: () => void): Promise<void> {
    const end = position + length;
    if (length === 0 || end > this.#bytes.length || (this.sizeBytes >= 0 && end > this.sizeBytes)) {
      throw new Error(`${length} bytes at ${position} are not on the disk`);
    }
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await new Promise(setImmediate);
    this.running -= 1;
    if (position >= this.failAt) throw new Error('the disk is full');
    change();
    this.#end = Math.max(this.#end, end);
  }
}
