import { type Limits, raiseLimit, refuse, viewOf } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { BlockOutput, type TakeMemory } from './block-output.ts';
import { type Lz4FrameHeader, readLz4FrameHeader } from './frame-header.ts';
import { takeAll } from './take-all.ts';
import { XxHash32, xxHash32 } from './xxhash32.ts';

/** A frame that is decoded up to a block. */
export interface BegunFrame {
  header: Lz4FrameHeader;
  /** Place of its magic number in the source. */
  start: number;
  /** Place of the next block in the source. */
  position: number;
  /** Bytes of content before it, and their hash. */
  decoded: number;
  hash: XxHash32;
}

/** The content of one frame after its magic number, block by block; the reader ends after the frame. */
export async function* decodeLz4Frame(
  reader: StreamReader,
  limits: Limits,
  take?: TakeMemory,
): AsyncGenerator<Uint8Array> {
  const start = reader.position - 4;
  const header = await readLz4FrameHeader(reader);
  const { contentSize } = header;
  if (contentSize !== undefined && contentSize > limits.virtualBytes) {
    throw refuse('limit', `An lz4 frame states ${contentSize} bytes of content`, {
      format: 'lz4',
      limit: limits.virtualBytes,
      value: contentSize,
      hint: raiseLimit('virtualBytes', contentSize),
    });
  }
  const begun = { header, start, position: reader.position, decoded: 0, hash: new XxHash32() };
  yield* decodeFrameRest(reader, begun, limits, take);
}

/** The content of a frame from a block on which does not refer to earlier blocks. */
export async function* decodeFrameRest(
  reader: StreamReader,
  { header, start, decoded, hash }: BegunFrame,
  limits: Limits,
  take?: TakeMemory,
): AsyncGenerator<Uint8Array> {
  const { contentSize } = header;
  const output = new BlockOutput(header.blockBytes, header.linked, limits, take);
  // Memory for joining the parts of a block, which is consumed before the next one is read.
  let memory: Uint8Array = new Uint8Array(0);
  const join = (size: number): Uint8Array => {
    if (memory.length < size) {
      memory = new Uint8Array(Math.min(header.blockBytes, Math.max(size, 2 * memory.length)));
    }
    return memory;
  };
  let total = decoded;
  for (;;) {
    const block = await readBlock(reader, header, join);
    if (block === undefined) break;
    const bytes = block.stored ? output.copy(block.bytes) : output.decode(block.bytes);
    if (header.contentChecksum) hash.update(bytes);
    total += bytes.length;
    if (bytes.length > 0) yield bytes;
  }
  if (contentSize !== undefined && total !== contentSize) {
    throw damaged(`holds ${total} bytes and states ${contentSize}`, start);
  }
  if (header.contentChecksum && (await takeNumber(reader)) !== hash.digest()) {
    throw refuse('checksum', 'An lz4 frame does not match its checksum', {
      format: 'lz4',
      offset: start,
    });
  }
}

/** The next block as stored in the file; `undefined` at the end mark. */
async function readBlock(
  reader: StreamReader,
  header: Lz4FrameHeader,
  join: (size: number) => Uint8Array,
): Promise<{ stored: boolean; bytes: Uint8Array } | undefined> {
  const offset = reader.position;
  const word = await takeNumber(reader);
  if (word === 0) return undefined;
  const size = word & 0x7fffffff;
  if (size > header.blockBytes) throw damaged('has a block above its own limit', offset);
  const bytes = await takeAll(reader, size, join(size));
  if (header.blockChecksums && (await takeNumber(reader)) !== xxHash32(bytes)) {
    throw refuse('checksum', 'An lz4 block does not match its checksum', { format: 'lz4', offset });
  }
  return { stored: size !== word, bytes };
}

async function takeNumber(reader: StreamReader): Promise<number> {
  return viewOf(await takeAll(reader, 4)).getUint32(0, true);
}

function damaged(what: string, offset: number): Error {
  return refuse('corrupt-data', `An lz4 frame ${what}`, { format: 'lz4', offset });
}
