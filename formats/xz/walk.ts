import { hasMagic, type Limits, refuse } from '../../src/kit.ts';
import type { ByteReader } from '../shared/byte-reader.ts';
import { parseBlockHeader } from './block-header.ts';
import { framingBytes, parseStreamFooter, parseStreamHeader, xzMagic } from './framing.ts';
import { indexRecords } from './index-records.ts';
import { type Lzma2Sizes, lzma2Chunks } from './lzma2-chunks.ts';
import { RecordDigest } from './record-digest.ts';

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
    for (let first = true; first || (await this.#skipPadding()); first = false) {
      yield* this.#stream(first);
    }
  }

  async *#stream(first: boolean): AsyncGenerator<Uint8Array> {
    const offset = this.#reader.position;
    const header = await this.#reader.take(framingBytes);
    if (!hasMagic(header, xzMagic.slice(0, header.length))) {
      throw first
        ? defect('corrupt-header', 'This is not xz: the magic bytes are missing', offset)
        : defect('trailing-data', 'Other bytes follow the last xz stream', offset);
    }
    if (header.length < framingBytes) throw cut('in a stream header', this.#reader);
    const { flags, checkBytes } = parseStreamHeader(header, offset);
    yield header;
    const seen = new RecordDigest();
    while (await this.#isBlockNext()) yield* this.#block(checkBytes, seen);
    yield* this.#end(flags, seen);
  }

  /** A block begins with its header's length, an index with zero. */
  async #isBlockNext(): Promise<boolean> {
    const [size] = await this.#reader.take(1);
    if (size === undefined) throw cut('before an index', this.#reader);
    this.#reader.giveBack(1);
    return size !== 0;
  }

  async *#block(checkBytes: number, seen: RecordDigest): AsyncGenerator<Uint8Array> {
    const reader = this.#reader;
    const offset = reader.position;
    this.#blocks += 1;
    if (this.#blocks > this.#limits.mapEntries) {
      throw refuse('limit', `The xz file has more than ${this.#limits.mapEntries} blocks`, {
        format: 'xz',
        offset,
        limit: this.#limits.mapEntries,
        hint: 'Raise limits.mapEntries if you trust this file.',
      });
    }
    const [size = 0] = await reader.take(1);
    reader.giveBack(1);
    const bytes = await reader.take((size + 1) * 4);
    if (bytes.length < (size + 1) * 4) throw cut('in a block header', reader);
    const header = parseBlockHeader(bytes, offset, this.#limits.windowBytes);
    yield bytes;
    const sizes: Lzma2Sizes = { compressedBytes: 0, uncompressedBytes: 0 };
    yield* lzma2Chunks(reader, sizes);
    if (
      (header.compressedBytes ?? sizes.compressedBytes) !== sizes.compressedBytes ||
      (header.uncompressedBytes ?? sizes.uncompressedBytes) !== sizes.uncompressedBytes
    ) {
      throw defect('corrupt-data', 'An xz block is not as long as its header states', offset);
    }
    const padding = -sizes.compressedBytes & 3;
    const rest = await reader.take(padding + checkBytes);
    if (rest.length < padding + checkBytes) throw cut('in the check of a block', reader);
    if (rest.subarray(0, padding).some((byte) => byte !== 0)) {
      throw defect('corrupt-data', 'The padding of an xz block is not zero', offset);
    }
    yield rest;
    this.uncompressedBytes += sizes.uncompressedBytes;
    seen.add(bytes.length + sizes.compressedBytes + checkBytes, sizes.uncompressedBytes);
  }

  async *#end(flags: number, seen: RecordDigest): AsyncGenerator<Uint8Array> {
    const reader = this.#reader;
    const start = reader.position;
    const listed = new RecordDigest();
    yield* indexRecords(reader, this.#limits.mapEntries, (unpadded, uncompressed) =>
      listed.add(unpadded, uncompressed),
    );
    if (listed.count !== seen.count || listed.hex() !== seen.hex()) {
      throw defect('corrupt-data', 'An xz index does not list the blocks before it', start);
    }
    const offset = reader.position;
    const bytes = await reader.take(framingBytes);
    if (bytes.length < framingBytes) throw cut('in a stream footer', reader);
    const footer = parseStreamFooter(bytes, offset);
    if (footer.indexBytes !== offset - start) {
      throw defect('corrupt-data', 'An xz stream footer misstates the length of its index', offset);
    }
    if (footer.flags !== flags) {
      throw defect('corrupt-data', 'Header and footer of an xz stream differ', offset);
    }
    yield bytes;
  }

  /** True when another stream follows. Padding is zero bytes, four at a time (section 2.2). */
  async #skipPadding(): Promise<boolean> {
    const reader = this.#reader;
    const start = reader.position;
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      const found = piece.findIndex((byte) => byte !== 0);
      if (found < 0) continue;
      reader.giveBack(piece.length - found);
      if (reader.position % 4 === start % 4) return true;
      throw defect('trailing-data', 'Other bytes follow the last xz stream', reader.position);
    }
    if ((reader.position - start) % 4 === 0) return false;
    throw defect('corrupt-data', 'The padding of an xz stream is no multiple of four', start);
  }
}

function cut(where: string, reader: ByteReader): Error {
  return defect('truncated', `The xz file ends ${where}`, reader.position);
}

function defect(
  reason: 'corrupt-header' | 'corrupt-data' | 'trailing-data' | 'truncated',
  message: string,
  offset: number,
): Error {
  return refuse(reason, message, { format: 'xz', offset });
}
