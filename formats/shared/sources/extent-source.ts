import { type ByteSource, refuse } from '../../../src/kit.ts';
import type { ExtentMap } from './extent-map.ts';

const zeros = new Uint8Array(1024 * 1024);

/**
 * A file whose stored bytes are in `base` without its holes; a file without holes has one extent. The length is known
 * from the start, even if that of `base` is not. Holes are views of one shared buffer of zeros.
 */
export class ExtentSource implements ByteSource {
  readonly sizeBytes: number;
  readonly ahead?: (position: number, length: number) => Promise<Uint8Array>;
  readonly #base: ByteSource;
  readonly #map: ExtentMap;
  readonly #format: string;

  constructor(base: ByteSource, map: ExtentMap, format: string) {
    this.#base = base;
    this.#map = map;
    this.#format = format;
    this.sizeBytes = map.sizeBytes;
    const ahead = base.ahead?.bind(base);
    if (ahead !== undefined) {
      this.ahead = (position, length) => this.#assemble(position, length, ahead);
    }
  }

  get readyBytes(): number {
    return this.#map.reach(this.#base.readyBytes);
  }

  async grown(): Promise<void> {
    if (this.readyBytes < this.sizeBytes) await this.#base.grown();
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.#assemble(position, length, (at, count) => this.#base.read(at, count));
  }

  async *stream(reuse = false): AsyncGenerator<Uint8Array> {
    const pieces = this.#base.stream(reuse)[Symbol.asyncIterator]();
    let piece: Uint8Array = new Uint8Array(0);
    let position = 0;
    try {
      for (let index = 0; ; index += 1) {
        const extent = this.#map.at(index);
        yield* hole(position, extent?.offset ?? this.sizeBytes);
        if (extent === undefined) break;
        for (let left = extent.length; left > 0; ) {
          piece = piece.length > 0 ? piece : await this.#next(pieces);
          const part = piece.subarray(0, left);
          piece = piece.subarray(part.length);
          left -= part.length;
          yield part;
        }
        position = extent.offset + extent.length;
      }
      // A base that checks its bytes does so at its end.
      const rest = await pieces.next();
      if (piece.length > 0 || rest.done !== true) throw this.#wrongLength('more');
    } finally {
      await pieces.return?.();
    }
  }

  async #assemble(
    position: number,
    length: number,
    read: (position: number, length: number) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const end = Math.min(this.sizeBytes, position + length);
    let index = this.#map.find(position);
    let extent = this.#map.at(index);
    const whole =
      extent !== undefined && extent.offset <= position && end <= extent.offset + extent.length;
    const bytes = whole ? undefined : new Uint8Array(Math.max(0, end - position));
    while (extent !== undefined && extent.offset < end) {
      const from = Math.max(position, extent.offset);
      const wanted = Math.min(end, extent.offset + extent.length) - from;
      if (wanted <= 0) break;
      const part = await read(extent.stored + from - extent.offset, wanted);
      if (part.length < wanted) throw this.#wrongLength('fewer');
      if (bytes === undefined) return part;
      bytes.set(part, from - position);
      index += 1;
      extent = this.#map.at(index);
    }
    return bytes ?? new Uint8Array(0);
  }

  async #next(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
    for (;;) {
      const result = await pieces.next();
      if (result.done === true) throw this.#wrongLength('fewer');
      if (result.value.length > 0) return result.value;
    }
  }

  #wrongLength(which: 'more' | 'fewer'): Error {
    return refuse(
      which === 'fewer' ? 'truncated' : 'corrupt-data',
      `A member of the ${this.#format} archive has ${which} bytes than it states`,
      { format: this.#format, value: this.#map.storedBytes },
    );
  }
}

/** Cut at multiples of the buffer, so that `regroup` need not copy the pieces. */
function* hole(from: number, to: number): Generator<Uint8Array> {
  for (let position = from; position < to; ) {
    const piece = zeros.subarray(
      0,
      Math.min(to - position, zeros.length - (position % zeros.length)),
    );
    yield piece;
    position += piece.length;
  }
}
