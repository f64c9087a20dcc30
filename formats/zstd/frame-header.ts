import { raiseLimit, refuse, viewOf } from '../../src/kit.ts';
import { greatestWindow } from '../shared/codecs/zstd-engine.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';

/** The start of one zstd frame (RFC 8878, section 3.1.1.1), checked. */
export interface ZstdFrameHeader {
  /** Magic and header as stored in the file. */
  bytes: Uint8Array;
  windowBytes: number;
  /** Declared length of the decoded content in bytes. It is verified only at the frame's end. */
  contentSize: number | undefined;
  /** A checksum of the content ends the frame. */
  checksum: boolean;
}

/** Reads the header after `magic`. A window above `windowLimit` is `limit`, a dictionary `unsupported-feature`. */
export async function parseZstdFrameHeader(
  reader: StreamReader,
  magic: Uint8Array,
  windowLimit: number,
): Promise<ZstdFrameHeader> {
  const descriptor = (await takeAll(reader, 1))[0] ?? 0;
  if ((descriptor & 0x08) !== 0) {
    throw refuse('unsupported-feature', 'A zstd frame header uses a reserved bit', {
      format: 'zst',
      offset: reader.position - 1,
    });
  }
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const rest = await takeAll(reader, (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes);
  const dictionary = littleEndian(
    rest.subarray(rest.length - sizeBytes - dictionaryBytes),
    dictionaryBytes,
  );
  if (dictionary !== 0) {
    throw refuse('unsupported-feature', `A zstd frame needs the dictionary ${dictionary}`, {
      format: 'zst',
      value: dictionary,
      hint: 'Compress the image again without a dictionary.',
    });
  }
  const contentSize =
    sizeBytes === 0
      ? undefined
      : littleEndian(rest.subarray(rest.length - sizeBytes), sizeBytes) +
        (sizeBytes === 2 ? 256 : 0);
  const windowBytes = singleSegment ? (contentSize ?? 0) : windowSize(rest[0] ?? 0);
  if (windowBytes > windowLimit) {
    throw refuse('limit', `A zstd frame needs a window of ${windowBytes} bytes`, {
      format: 'zst',
      limit: windowLimit,
      value: windowBytes,
      hint: raiseLimit('windowBytes', windowBytes, 2 ** greatestWindow),
    });
  }
  const bytes = new Uint8Array(magic.length + 1 + rest.length);
  bytes.set(magic);
  bytes[magic.length] = descriptor;
  bytes.set(rest, magic.length + 1);
  return { bytes, windowBytes, contentSize, checksum: (descriptor & 0x04) !== 0 };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Above 2^53 the value is not exact, but still far above every limit. */
function littleEndian(bytes: Uint8Array, length: number): number {
  const view = viewOf(bytes);
  switch (length) {
    case 1:
      return view.getUint8(0);
    case 2:
      return view.getUint16(0, true);
    case 4:
      return view.getUint32(0, true);
    case 8:
      return Number(view.getBigUint64(0, true));
    default:
      return 0;
  }
}

async function takeAll(reader: StreamReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes.length === length) return bytes;
  throw refuse('truncated', 'The zstd data ends inside a frame header', {
    format: 'zst',
    offset: reader.position,
  });
}
