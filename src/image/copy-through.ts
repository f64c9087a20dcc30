import type { ByteSource, DiskSink, SinkFile } from '../contracts/bytes.ts';
import type { Codec, DecodeContext, Disk, DiskImage } from '../contracts/format.ts';
import type { Limits } from '../contracts/limits.ts';
import { raiseLimit } from '../errors/limit-hint.ts';
import { refuse } from '../errors.ts';
import { boundByRatio, streamFloorBytes } from './bounds.ts';

const sectorBytes = 512;

/** A codec that writes to the sink itself. */
export type CopyingCodec = Codec & { copyTo: NonNullable<Codec['copyTo']> };

/**
 * A raw disk that is the whole output of a codec, copied by the codec itself: in parallel, and with no more buffers
 * than the codec's own. `head` is the output that was probed; the codec starts again.
 */
export async function copyThrough(
  codec: CopyingCodec,
  source: ByteSource,
  raw: Disk,
  head: Uint8Array,
  context: DecodeContext,
): Promise<DiskImage> {
  // The signal of this disk never matters, because this disk is never copied.
  const { signal } = new AbortController();
  const image = await raw.open(headSource(head), { ...context, signal });
  return {
    ...image,
    async copyTo(sink) {
      const bounded = new BoundedSink(sink, source, context.limits);
      await codec.copyTo(source, bounded, context);
      // The note that a raw disk adds when it is copied byte by byte.
      if (bounded.sizeBytes % sectorBytes !== 0)
        image.facts.features.push('incomplete-last-sector');
    },
  };
}

/** Passes on as many bytes as a source may give. */
class BoundedSink implements DiskSink {
  sizeBytes = 0;
  readonly file: SinkFile | undefined;
  readonly #sink: DiskSink;
  readonly #source: ByteSource;
  readonly #limits: Limits;
  #total = 0;

  constructor(sink: DiskSink, source: ByteSource, limits: Limits) {
    this.#sink = sink;
    this.#source = source;
    this.#limits = limits;
    const { file } = sink;
    const settled = (bytes: number): void => {
      this.#count(bytes);
      file?.settled(bytes);
    };
    if (file !== undefined) this.file = { ...file, settled };
  }

  get zeroed(): boolean {
    return this.#sink.zeroed;
  }

  async setSize(bytes: number): Promise<void> {
    this.sizeBytes = bytes;
    await this.#sink.setSize(bytes);
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.#count(bytes.length);
    await this.#sink.write(position, bytes);
  }

  async zero(position: number, length: number): Promise<void> {
    this.#count(length);
    await this.#sink.zero(position, length);
  }

  #count(length: number): void {
    this.#total += length;
    const bound = boundByRatio(this.#source, this.#limits.streamRatio, streamFloorBytes);
    if (this.#total <= bound) return;
    throw refuse('limit', `the stream unpacks to more than ${bound} bytes`, {
      limit: bound,
      hint: raiseLimit('streamRatio'),
    });
  }
}

/** The first bytes of a source about which nothing else is known. */
function headSource(head: Uint8Array): ByteSource {
  return {
    sizeBytes: undefined,
    readyBytes: head.length,
    grown: () => Promise.resolve(),
    read: (position, length) => Promise.resolve(head.subarray(position, position + length)),
    async *stream() {
      yield head;
    },
  };
}
