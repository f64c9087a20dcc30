import { type ByteSource, refuse } from '../../../src/kit.ts';

/**
 * The bytes of one volume. Everything that a structure on the disk points to is read through it: a place outside the
 * volume is `corrupt-table`, and a walk has a budget of reads, so that a loop of pointers ends.
 */
export class VolumeReader {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #format: string;
  readonly #signal: AbortSignal;

  /** `sizeBytes` is the size of the file system, if that is smaller than its volume. */
  constructor(
    source: ByteSource,
    about: { format: string; sizeBytes: number; signal: AbortSignal },
  ) {
    this.#source = source;
    this.sizeBytes = about.sizeBytes;
    this.#format = about.format;
    this.#signal = about.signal;
  }

  /** Reads exactly these bytes. */
  async read(position: number, length: number): Promise<Buffer> {
    this.#signal.throwIfAborted();
    const isInside = position >= 0 && length >= 0 && position + length <= this.sizeBytes;
    if (!isInside || !Number.isSafeInteger(position + length)) throw this.#outside(position);
    const bytes = await this.#source.read(position, length);
    if (bytes.length < length) throw this.#outside(position + bytes.length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A reader for one lookup, with a limit on its reads. */
  walk(mostReads: number): Walk {
    let left = mostReads;
    const count = (): void => {
      left -= 1;
      if (left >= 0) return;
      throw refuse(
        'limit',
        `The ${this.#format} file system needs more than ${mostReads} reads for one answer`,
        { format: this.#format, limit: mostReads },
      );
    };
    return {
      count,
      read: async (position, length) => {
        count();
        return await this.read(position, length);
      },
    };
  }

  #outside(offset: number): Error {
    return refuse('corrupt-table', `The ${this.#format} file system points outside of itself`, {
      format: this.#format,
      offset,
    });
  }
}

/** Reads and counts. */
export interface Walk {
  /** Counts a read that the cache answered. */
  count(): void;
  read(position: number, length: number): Promise<Buffer>;
}
