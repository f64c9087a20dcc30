import { abortable, type ByteSource, type DecodeContext, type DiskSink } from '../../src/kit.ts';
import { outputTooLong } from '../shared/codecs/copy-output.ts';
import { readBlockStart, unpaddedSize, type XzBlock } from './block.ts';
import { BlockLanes } from './block-lanes.ts';
import { type BlockCopy, blockRest, copyBlock } from './copy-block.ts';
import { readStreamHeader, type StreamHeader } from './framing.ts';
import { type ListedBlock, listedBlocks } from './listed-blocks.ts';
import { laneBytes } from './lzma.ts';
import type { Lzma2Sizes } from './lzma2-chunks.ts';
import { RecordDigest } from './record-digest.ts';
import { SeekReader } from './seek-reader.ts';
import { readStreamEnd, skipStreamPadding } from './stream-end.ts';
import { ZeroBlocks } from './zero-blocks.ts';

/** Blocks up to this length, with header and check, are compared with the previous one. */
const shortBytes = 4096;

/**
 * Decodes an xz file into a disk, several blocks in parallel. The end of a block is known before it is decoded if its
 * header states it, as with `xz -T`, or if the index at the end can be read; otherwise the next block begins when the
 * compressed bytes of this one have been read. Stated lengths are compared with the real ones, and everything else is
 * verified as in `decodeXz`.
 */
export async function copyXz(
  source: ByteSource,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  const lanes = new BlockLanes(context.tasks, context.signal);
  const copy = new XzCopy(source, sink, context, lanes);
  try {
    await copy.run();
  } catch (error) {
    // False lengths lead to a wrong place: errors of the blocks before that place must be thrown first.
    await lanes.idle();
    lanes.signal.throwIfAborted();
    throw error;
  }
  await lanes.idle();
  lanes.signal.throwIfAborted();
  await sink.setSize(copy.position);
}

class XzCopy {
  /** Place of the next block on the disk. */
  position = 0;
  readonly #source: ByteSource;
  readonly #sink: DiskSink;
  readonly #context: DecodeContext;
  readonly #lanes: BlockLanes;
  readonly #headers: SeekReader;
  readonly #zeroBlocks = new ZeroBlocks();
  #blocks = 0;
  #listed: ListedBlock[] | undefined;

  constructor(source: ByteSource, sink: DiskSink, context: DecodeContext, lanes: BlockLanes) {
    this.#source = source;
    this.#sink = sink;
    this.#context = context;
    this.#lanes = lanes;
    this.#headers = new SeekReader(source, lanes.signal);
  }

  async run(): Promise<void> {
    try {
      let more = true;
      for (let first = true; more; first = false) {
        more =
          (await this.#stream(first)) &&
          (await skipStreamPadding(this.#headers.reader, this.#context));
      }
    } finally {
      this.#headers.close();
    }
  }

  /** False if the bytes here are not a stream. */
  async #stream(first: boolean): Promise<boolean> {
    const { limits } = this.#context;
    const stream = await readStreamHeader(this.#headers.reader, first, this.#context);
    if (stream === undefined) return false;
    const seen = new RecordDigest();
    for (;;) {
      const { reader } = this.#headers;
      const block = await readBlockStart(reader, this.#blocks + 1, limits);
      if (block === undefined) break;
      const { compressedBytes, uncompressedBytes } = await this.#block(stream, block);
      this.#blocks += 1;
      this.position += uncompressedBytes;
      seen.add(unpaddedSize(block, compressedBytes, stream.checkBytes), uncompressedBytes);
      const dataAt = block.offset + block.bytes.length;
      await this.#headers.seek(dataAt + blockRest(compressedBytes, stream.checkBytes));
    }
    await readStreamEnd(this.#headers.reader, stream.flags, seen, limits.mapEntries);
    return true;
  }

  /** Starts a block, and resolves with its lengths as soon as they are known. */
  async #block(stream: StreamHeader, found: XzBlock): Promise<Lzma2Sizes> {
    const block = await this.#withListedSizes(found, stream);
    const { compressedBytes, uncompressedBytes, dictionaryBytes } = block;
    const bytes = dictionaryBytes + laneBytes;
    const { virtualBytes } = this.#context.limits;
    const job: BlockCopy = {
      source: this.#source,
      sink: this.#sink,
      stream,
      block,
      position: this.position,
      limit: virtualBytes,
      signal: this.#lanes.signal,
    };
    if (compressedBytes === undefined || uncompressedBytes === undefined) {
      const { promise, resolve } = Promise.withResolvers<Lzma2Sizes>();
      await this.#lanes.start(bytes, () => copyBlock(job, resolve));
      return abortable(promise, this.#lanes.signal);
    }
    if (this.position + uncompressedBytes > virtualBytes) {
      throw outputTooLong(this.position + uncompressedBytes, virtualBytes, 'xz');
    }
    const sizes = { compressedBytes, uncompressedBytes };
    const restBytes = blockRest(compressedBytes, stream.checkBytes);
    if (block.bytes.length + restBytes > shortBytes) {
      await this.#lanes.start(bytes, () => copyBlock(job));
      return sizes;
    }
    await this.#lanes.start(bytes, await this.#shortBlock(job, restBytes, uncompressedBytes));
    return sizes;
  }

  /** The function that copies a block, which may be equal to the previous short one. */
  async #shortBlock(
    job: BlockCopy,
    restBytes: number,
    uncompressedBytes: number,
  ): Promise<() => Promise<void>> {
    const rest = await this.#headers.reader.take(restBytes);
    const whole = Buffer.concat([job.stream.bytes, job.block.bytes, rest]);
    const known = this.#zeroBlocks.find(whole);
    if (known !== undefined) {
      return async () => {
        if (!(await known)) await copyBlock(job);
        else if (uncompressedBytes > 0) await job.sink.zero(job.position, uncompressedBytes);
      };
    }
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#zeroBlocks.remember(whole, promise);
    return async () => {
      try {
        const { isZero } = await copyBlock(job);
        resolve(isZero);
      } catch (error) {
        reject(error);
        throw error;
      }
    };
  }

  /** The block with lengths that its header does not state, taken from the index if that can be read. */
  async #withListedSizes(block: XzBlock, stream: StreamHeader): Promise<XzBlock> {
    if (block.compressedBytes !== undefined && block.uncompressedBytes !== undefined) return block;
    this.#listed ??= await listedBlocks(this.#source);
    const listed = this.#listed?.[this.#blocks];
    if (listed === undefined) return block;
    const compressed = listed.unpaddedBytes - unpaddedSize(block, 0, stream.checkBytes);
    const { compressedBytes = compressed, uncompressedBytes = listed.uncompressedBytes } = block;
    // An invalid index is refused when the sequential read reaches it.
    const { virtualBytes } = this.#context.limits;
    const makesSense = compressedBytes > 0 && this.position + uncompressedBytes <= virtualBytes;
    return makesSense ? { ...block, compressedBytes, uncompressedBytes } : block;
  }
}
