import { type ByteSource, hasMagic, isImageError } from '../../src/kit.ts';
import { ByteReader } from '../shared/byte-reader.ts';
import { type EndReader, openEnd } from '../shared/end-reader.ts';
import { framingBytes, parseStreamFooter, parseStreamHeader, xzMagic } from './framing.ts';
import { indexRecords } from './index-records.ts';

/** Some 100 000 blocks. The size is a convenience, so a longer index is not worth holding. */
const maxIndexBytes = 1024 * 1024;
const maxStreams = 64;
const paddingStep = 64 * 1024;

/**
 * The decoded length as the indexes of all streams state it, found backwards from the end without a scan. Answers only
 * where the end can be read without waiting; `undefined` otherwise, and for a file whose end is not sound: decoding says
 * what is wrong with it.
 */
export async function indexedSize(source: ByteSource): Promise<number | undefined> {
  const end = openEnd(source);
  if (end === undefined) return undefined;
  let total = 0;
  let at: number | undefined = end.sizeBytes;
  try {
    for (let streams = 0; at !== undefined && at > 0; streams += 1) {
      if (streams === maxStreams) return undefined;
      const footerEnd = await skipPaddingBack(end, at);
      const stream = footerEnd === undefined ? undefined : await readStreamBack(end, footerEnd);
      if (stream === undefined) return undefined;
      total += stream.uncompressedBytes;
      at = stream.start;
    }
  } catch (error) {
    if (isImageError(error) && 'reason' in error.details) return undefined;
    throw error;
  }
  return at === 0 && Number.isSafeInteger(total) ? total : undefined;
}

/** The end of the last stream before `at`; one step of padding is as much as is worth reading. */
async function skipPaddingBack(end: EndReader, at: number): Promise<number | undefined> {
  const start = Math.max(0, at - paddingStep);
  const bytes = await end.read(start, at - start);
  const last = bytes?.findLastIndex((byte) => byte !== 0) ?? -1;
  const padding = at - start - last - 1;
  return last < 0 || padding % 4 !== 0 ? undefined : at - padding;
}

async function readStreamBack(
  end: EndReader,
  footerEnd: number,
): Promise<{ start: number; uncompressedBytes: number } | undefined> {
  const footerStart = footerEnd - framingBytes;
  const footerBytes = await end.read(footerStart, framingBytes);
  if (footerBytes === undefined) return undefined;
  const footer = parseStreamFooter(footerBytes, footerStart);
  const indexStart = footerStart - footer.indexBytes;
  if (footer.indexBytes > maxIndexBytes) return undefined;
  const index = await end.read(indexStart, footer.indexBytes);
  if (index === undefined) return undefined;

  let blockBytes = 0;
  let uncompressedBytes = 0;
  const reader = new ByteReader(once(index), new AbortController().signal);
  for await (const _ of indexRecords(reader, maxIndexBytes, (unpadded, uncompressed) => {
    blockBytes += Math.ceil(unpadded / 4) * 4;
    uncompressedBytes += uncompressed;
  })) {
    // The records are what is wanted.
  }
  const start = indexStart - blockBytes - framingBytes;
  const header = await end.read(start, framingBytes);
  if (header === undefined || !hasMagic(header, xzMagic)) return undefined;
  const agrees = parseStreamHeader(header, start).flags === footer.flags;
  return agrees && reader.position === index.length ? { start, uncompressedBytes } : undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
