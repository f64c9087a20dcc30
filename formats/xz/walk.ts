import type { Limits } from '../../src/kit.ts';
import type { ByteReader } from '../shared/byte-reader.ts';
import { blockData, readBlockStart, unpaddedSize } from './block.ts';
import { readStreamHeader } from './framing.ts';
import type { Lzma2Sizes } from './lzma2-chunks.ts';
import { RecordDigest } from './record-digest.ts';
import { skipStreamPadding, streamEnd } from './stream-end.ts';

/**
 * Walks an xz file from its first byte to its last and verifies everything of it that is not compressed data: headers,
 * lengths, padding, index, footer (xz file format 1.2). The bytes that it yields have passed, block headers and their
 * dictionary included, so that a decoder behind it never sees a header that was not looked at.
 */
export class XzWalk {
  /** Decoded bytes of all blocks so far, as their LZMA2 chunks state them. */
  uncompressedBytes = 0;
  readonly #reader: ByteReader;
  readonly #limits: Limits;
  #blocks = 0;

  constructor(reader: ByteReader, limits: Limits) {
    this.#reader = reader;
    this.#limits = limits;
  }

  /** Streams without the padding between them. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (let first = true; first || (await skipStreamPadding(this.#reader)); first = false) {
      yield* this.#stream(first);
    }
  }

  async *#stream(first: boolean): AsyncGenerator<Uint8Array> {
    const { bytes, flags, checkBytes } = await readStreamHeader(this.#reader, first);
    yield bytes;
    const seen = new RecordDigest();
    while (yield* this.#block(checkBytes, seen)) this.#blocks += 1;
    yield* streamEnd(this.#reader, flags, seen, this.#limits.mapEntries);
  }

  /** False where there is no more block. */
  async *#block(checkBytes: number, seen: RecordDigest): AsyncGenerator<Uint8Array, boolean> {
    const block = await readBlockStart(this.#reader, this.#blocks + 1, this.#limits);
    if (block === undefined) return false;
    yield block.bytes;
    const sizes: Lzma2Sizes = { compressedBytes: 0, uncompressedBytes: 0 };
    yield* blockData(this.#reader, block, checkBytes, sizes);
    this.uncompressedBytes += sizes.uncompressedBytes;
    seen.add(unpaddedSize(block, sizes.compressedBytes, checkBytes), sizes.uncompressedBytes);
    return true;
  }
}
