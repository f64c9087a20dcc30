import { isZeros, viewOf } from '../../src/kit.ts';

/** The outline of the frame at the start of these bytes. */
export interface ZstdFrame {
  /** Length of the whole frame in bytes. */
  bytes: number;
  skippable: boolean;
  windowBytes: number;
  /** The declared length of the content; must never determine the size of an allocation. */
  contentBytes?: bigint;
}

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/**
 * Finds the end of a frame without decoding it: Node's decoder takes one frame per call, loses the bytes after it, and
 * does not always report a cut frame. Offsets and fields: RFC 8878, section 3.
 */
export function parseZstdFrame(bytes: Uint8Array): ZstdFrame | 'cut' | 'invalid' {
  const view = viewOf(bytes);
  if (bytes.length < 4) return 'cut';
  const magic = view.getUint32(0, true);
  if ((magic & 0xffff_fff0) >>> 0 === skippableMagic) {
    if (bytes.length < 8) return 'cut';
    const end = 8 + view.getUint32(4, true);
    return end > bytes.length ? 'cut' : { bytes: end, skippable: true, windowBytes: 0 };
  }
  if (magic !== frameMagic) return 'invalid';
  const header = parseFrameHeader(bytes, view);
  if (typeof header === 'string') return header;
  let at = header.bytes;
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return 'cut';
    const block = view.getUint16(at, true) | ((bytes[at + 2] ?? 0) << 16);
    last = (block & 1) === 1;
    const type = (block >> 1) & 3;
    if (type === 3) return 'invalid';
    at += 3 + (type === 1 ? 1 : block >> 3);
  }
  at += header.checksumBytes;
  if (at > bytes.length) return 'cut';
  const { windowBytes, contentBytes } = header;
  const frame = { bytes: at, skippable: false, windowBytes };
  return contentBytes === undefined ? frame : { ...frame, contentBytes };
}

interface FrameHeader {
  bytes: number;
  windowBytes: number;
  contentBytes: bigint | undefined;
  checksumBytes: number;
}

function parseFrameHeader(bytes: Uint8Array, view: DataView): FrameHeader | 'cut' | 'invalid' {
  const descriptor = bytes[4];
  if (descriptor === undefined) return 'cut';
  const singleSegment = (descriptor & 0x20) !== 0;
  const reserved = (descriptor & 0x08) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const windowAt = 5;
  const dictionaryAt = windowAt + (singleSegment ? 0 : 1);
  const contentAt = dictionaryAt + dictionaryBytes;
  const end = contentAt + contentSizeBytes;
  if (end > bytes.length) return 'cut';
  // An image cannot name a dictionary, so a frame that needs one is invalid.
  const wantsDictionary = !isZeros(bytes, dictionaryAt, contentAt);
  if (reserved || wantsDictionary) return 'invalid';
  const contentBytes = readContentSize(view, contentAt, contentSizeBytes);
  const window = bytes[windowAt] ?? 0;
  const windowBase = 2 ** (10 + (window >> 3));
  return {
    bytes: end,
    windowBytes: singleSegment
      ? Number(contentBytes)
      : windowBase + (windowBase / 8) * (window & 7),
    contentBytes,
    checksumBytes: (descriptor & 0x04) !== 0 ? 4 : 0,
  };
}

function readContentSize(view: DataView, at: number, length: number): bigint | undefined {
  switch (length) {
    case 1:
      return BigInt(view.getUint8(at));
    case 2:
      return BigInt(view.getUint16(at, true) + 256);
    case 4:
      return BigInt(view.getUint32(at, true));
    case 8:
      return view.getBigUint64(at, true);
    default:
      return undefined;
  }
}
