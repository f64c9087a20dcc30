import { zstdDecompress } from 'node:zlib';
import { refuse, viewOf } from '../../src/kit.ts';
import { ByteReader } from './byte-reader.ts';
import { explainZstd, zstdParams } from './zstd-engine.ts';
import { parseZstdFrameHeader, type ZstdFrameHeader } from './zstd-frame-header.ts';

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const maxBlockBytes = 128 * 1024;
const checksumBytes = 4;
/** What every zstd decoder has to support (RFC 8878, section 3.1.1.1.2). */
const commonWindow = 8 * 1024 * 1024;
const rle = 1;
const reserved = 3;

/**
 * The header of the next data frame, past any skippable ones; `undefined` where the frames end. `first` says that no
 * frame was read yet: then other bytes are a bad header and no trailing data.
 */
export async function readZstdFrameHeader(
  reader: ByteReader,
  windowLimit: number,
  first: boolean,
): Promise<ZstdFrameHeader | undefined> {
  for (let fresh = first; ; fresh = false) {
    const offset = reader.position;
    const magic = await reader.take(4);
    if (magic.length === 0 && !fresh) return undefined;
    if (magic.length < 4) throw notAFrame(magic, fresh, offset);
    const value = viewOf(magic).getUint32(0, true);
    if (value === frameMagic) return await parseZstdFrameHeader(reader, magic, windowLimit);
    if ((value & 0xfffffff0) >>> 0 !== skippableMagic) throw notAFrame(magic, fresh, offset);
    await skipFrame(reader);
  }
}

/** All bytes of the frame behind its header, as they lie; what comes after the frame stays in the reader. */
export async function* zstdFrameBytes(
  reader: ByteReader,
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

/**
 * Decodes frames that lie in memory, one after the other, and stops at the end of the frame that completes `maxOutput`
 * bytes: what follows is padding. Shorter output means that the bytes ended there. More output or damage is
 * `corrupt-data`, a cut frame `truncated`, a window above `windowLimit` `limit`.
 */
export async function decodeZstdBuffer(
  bytes: Uint8Array,
  maxOutput: number,
  windowLimit: number = commonWindow,
): Promise<Uint8Array> {
  const reader = new ByteReader(once(bytes), new AbortController().signal);
  const parts: Uint8Array[] = [];
  let total = 0;
  do {
    const header = await readZstdFrameHeader(reader, windowLimit, parts.length === 0);
    if (header === undefined) break;
    const start = reader.position - header.bytes.length;
    for await (const _ of zstdFrameBytes(reader, header)) {
      // Only where the frame ends is of interest here.
    }
    const frame = bytes.subarray(start, reader.position);
    const part = await decodeFrame(frame, maxOutput - total, windowLimit);
    total += part.length;
    parts.push(part);
  } while (total < maxOutput);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function decodeFrame(
  frame: Uint8Array,
  maxOutput: number,
  windowLimit: number,
): Promise<Uint8Array> {
  const options = {
    params: zstdParams(windowLimit),
    maxOutputLength: Math.max(1, maxOutput),
    chunkSize: Math.max(64, maxOutput),
  };
  return new Promise((resolve, reject) => {
    zstdDecompress(frame, options, (error, output) => {
      if (error !== null) reject(explainZstd(error));
      else resolve(output);
    });
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function skipFrame(reader: ByteReader): Promise<void> {
  const length = await reader.take(4);
  if (length.length < 4) throw cut(reader);
  if (!(await reader.skip(viewOf(length).getUint32(0, true)))) throw cut(reader);
}

async function* exactly(reader: ByteReader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; ) {
    const piece = await reader.next(left);
    if (piece === undefined) throw cut(reader);
    left -= piece.length;
    yield piece;
  }
}

function cut(reader: ByteReader): Error {
  return refuse('truncated', 'The zstd data ends inside a frame', {
    format: 'zst',
    offset: reader.position,
  });
}

function notAFrame(magic: Uint8Array, first: boolean, offset: number): Error {
  const whole = [0x28, 0xb5, 0x2f, 0xfd];
  if (magic.length < 4 && magic.every((byte, i) => byte === whole[i])) {
    return refuse('truncated', 'The zstd data ends inside a frame header', {
      format: 'zst',
      offset,
    });
  }
  return first
    ? refuse('corrupt-header', 'This is not zstd: the magic bytes are missing', {
        format: 'zst',
        offset,
      })
    : refuse('trailing-data', 'Other bytes follow the last zstd frame', { format: 'zst', offset });
}
