import { abortable, type ByteSource, type DecodeContext, refuse } from '../../../src/kit.ts';
import { LentBytes } from '../sources/lent-bytes.ts';
import { RangeSource } from '../sources/range-source.ts';
import { StreamReader } from '../streams/stream-reader.ts';

/** The stored bytes of one member. */
export interface TapeBody {
  source: ByteSource;
  /** Calls `listener` with all bytes as they pass; absent if `source` can be streamed again. */
  listen?(listener: (piece: Uint8Array) => void): void;
  /** Resolves once the last byte has arrived and the tape may continue. */
  finish(): Promise<void>;
}

/** An archive, read from front to back. */
export interface Tape {
  readonly position: number;
  /** `length` bytes, or the rest at the end. */
  take(length: number): Promise<Uint8Array>;
  /** Returns the next `length` bytes; the caller must finish them before it takes anything else. */
  body(length: number): TapeBody;
  close(): void;
}

/**
 * A source with a known length is a file, complete or growing: members are ranges of it. The output of a codec has no
 * known length before the end: it is read once, and a member is spooled only if its reader needs random access.
 */
export function openTape(source: ByteSource, context: DecodeContext): Tape {
  return source.sizeBytes === undefined
    ? new StreamTape(source, context)
    : new FileTape(source, context);
}

class FileTape implements Tape {
  position = 0;
  readonly #source: ByteSource;
  readonly #signal: AbortSignal;

  constructor(source: ByteSource, { signal }: DecodeContext) {
    this.#source = source;
    this.#signal = signal;
  }

  async take(length: number): Promise<Uint8Array> {
    const bytes = await abortable(this.#source.read(this.position, length), this.#signal);
    this.position += bytes.length;
    return bytes;
  }

  body(length: number): TapeBody {
    const about = { format: 'tar', signal: this.#signal };
    const source = new RangeSource(this.#source, this.position, length, about);
    this.position += length;
    return {
      source,
      finish: async () => {
        await abortable(source.read(Math.max(0, length - 1), 1), this.#signal);
      },
    };
  }

  close(): void {}
}

class StreamTape implements Tape {
  readonly #reader: StreamReader;
  readonly #context: DecodeContext;

  constructor(source: ByteSource, context: DecodeContext) {
    this.#reader = new StreamReader(source.stream(), context.signal);
    this.#context = context;
  }

  get position(): number {
    return this.#reader.position;
  }

  take(length: number): Promise<Uint8Array> {
    return this.#reader.take(length);
  }

  body(length: number): TapeBody {
    const bytes = new LentBytes(this.#exactly(length));
    return {
      source: this.#context.spool(bytes),
      listen(listener) {
        bytes.listener = listener;
      },
      finish: () => bytes.finish(),
    };
  }

  close(): void {
    this.#reader.close();
  }

  async *#exactly(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const piece = await this.#reader.next(left);
      if (piece === undefined) throw cutTape(this);
      left -= piece.length;
      yield piece;
    }
  }
}

export function cutTape({ position }: Tape): Error {
  return refuse('truncated', 'The tar archive ends inside a member', {
    format: 'tar',
    offset: position,
  });
}
