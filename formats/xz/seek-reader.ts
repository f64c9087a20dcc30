import type { ByteSource } from '../../src/kit.ts';
import { piecesFrom } from '../shared/streams/pieces-from.ts';
import { StreamReader } from '../shared/streams/stream-reader.ts';

/** Up to this distance, reading on is cheaper than a new start. */
const nearBytes = 16 * 1024;

/** Reads headers at several places of a source, in small pieces. */
export class SeekReader {
  /** At the current place; `seek` replaces it. */
  reader: StreamReader;
  readonly #source: ByteSource;
  readonly #signal: AbortSignal;

  constructor(source: ByteSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    this.reader = this.#open(0);
  }

  /** Moves to a place; the next read shows whether the source is long enough. */
  async seek(position: number): Promise<void> {
    const distance = position - this.reader.position;
    if (distance >= 0 && distance <= nearBytes) {
      await this.reader.skip(distance);
      return;
    }
    this.reader.close();
    this.reader = this.#open(position);
  }

  close(): void {
    this.reader.close();
  }

  #open(position: number): StreamReader {
    const reader = new StreamReader(piecesFrom(this.#source, position, position), this.#signal);
    reader.position = position;
    return reader;
  }
}
