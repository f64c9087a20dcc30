import { type Allowing, type Limits, refuse, viewOf } from '../../src/kit.ts';
import { isSkippable } from '../shared/codecs/skippable-frames.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { passTrailing } from '../shared/trailing.ts';
import { parseZstdFrameHeader, type ZstdFrameHeader } from './frame-header.ts';

const frameMagic = 0xfd2fb528;
const maxBlockBytes = 128 * 1024;
const checksumBytes = 4;
/** Each needs eight bytes at least, and some work; writers do not make so many in a row. */
const maxSkipped = 100_000;
const rle = 1;
const reserved = 3;

/**
 * The header of the next data frame, after any skippable ones; `undefined` at the end of the frames. `first` says that
 * no frame was read yet: then other bytes are a bad header, and not trailing data, which a call may allow.
 */
export async function readZstdFrameHeader(
  reader: StreamReader,
  first: boolean,
  context: Allowing & { limits: Limits },
): Promise<ZstdFrameHeader | undefined> {
  for (let fresh = first, skipped = 0; ; fresh = false, skipped += 1) {
    if (skipped > maxSkipped) throw tooManySkipped(reader);
    const offset = reader.position;
    const magic = await reader.take(4);
    if (magic.length === 0 && !fresh) return undefined;
    if (magic.length < 4) return await passOther(reader, magic, fresh, offset, context);
    const value = viewOf(magic).getUint32(0, true);
    if (value === frameMagic)
      return await parseZstdFrameHeader(reader, magic, context.limits.windowBytes);
    if (!isSkippable(value)) return await passOther(reader, magic, fresh, offset, context);
    await skipFrame(reader);
  }
}

/** All bytes of the frame after its header, as stored; the reader keeps the bytes after the frame. */
export async function* zstdFrameBytes(
  reader: StreamReader,
  header: ZstdFrameHeader,
): AsyncGenerator<Uint8Array> {
  yield header.bytes;
  for (let last = false; !last; ) {
    const block = await reader.take(3);
    if (block.length < 3) throw cut(reader);
    const [low = 0, middle = 0, high = 0] = block;
    const value = low | (middle << 8) | (high << 16);
    last = (value & 1) === 1;
    const type = (value >> 1) & 3;
    const size = value >> 3;
    if (type === reserved || size > maxBlockBytes) {
      throw refuse('corrupt-data', 'A zstd block is of a reserved type or too long', {
        format: 'zst',
        offset: reader.position - 3,
      });
    }
    yield block;
    yield* exactly(reader, type === rle ? 1 : size);
  }
  if (header.checksum) yield* exactly(reader, checksumBytes);
}

async function skipFrame(reader: StreamReader): Promise<void> {
  const length = await reader.take(4);
  if (length.length < 4) throw cut(reader);
  if (!(await reader.skip(viewOf(length).getUint32(0, true)))) throw cut(reader);
}

async function* exactly(reader: StreamReader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; ) {
    const piece = await reader.next(left);
    if (piece === undefined) throw cut(reader);
    left -= piece.length;
    yield piece;
  }
}

function tooManySkipped(reader: StreamReader): Error {
  return refuse('limit', `The zstd data has more than ${maxSkipped} skippable frames in a row`, {
    format: 'zst',
    limit: maxSkipped,
    offset: reader.position,
  });
}

function cut(reader: StreamReader): Error {
  return refuse('truncated', 'The zstd data ends inside a frame', {
    format: 'zst',
    offset: reader.position,
  });
}

async function passOther(
  reader: StreamReader,
  magic: Uint8Array,
  first: boolean,
  offset: number,
  context: Allowing,
): Promise<undefined> {
  const whole = [0x28, 0xb5, 0x2f, 0xfd];
  if (magic.length < 4 && magic.every((byte, i) => byte === whole[i])) {
    throw refuse('truncated', 'The zstd data ends inside a frame header', {
      format: 'zst',
      offset,
    });
  }
  if (first) {
    throw refuse('corrupt-header', 'This is not zstd: the magic bytes are missing', {
      format: 'zst',
      offset,
    });
  }
  await passTrailing(context, { format: 'zst', what: 'the last zstd frame', offset }, reader);
  return undefined;
}
