import type { DiskSink } from '../../../src/kit.ts';

/** Writes while its caller waits for the next bytes, one write at a time. */
export class SerialWriter {
  readonly #sink: DiskSink;
  #running: Promise<void> = Promise.resolve();

  constructor(sink: DiskSink) {
    this.#sink = sink;
  }

  /** Resolves when the write has begun; a failure is thrown at the next call. */
  write(position: number, bytes: Uint8Array): Promise<void> {
    return this.#begin(() => this.#sink.write(position, bytes));
  }

  zero(position: number, length: number): Promise<void> {
    return this.#begin(() => this.#sink.zero(position, length));
  }

  /** Waits for the running write, and throws if it failed. */
  finish(): Promise<void> {
    return this.#running;
  }

  /** Waits for the running write, failed or not. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#running]);
  }

  async #begin(work: () => Promise<void>): Promise<void> {
    await this.#running;
    this.#running = work();
    // Awaited by the next call; the empty handler keeps Node from reporting it earlier.
    this.#running.catch(() => {});
  }
}
