import { type ByteSource, hasMagic, isImageError } from '../../src/kit.ts';
import { type EndReader, openEnd } from '../shared/sources/end-reader.ts';
import { StreamReader } from '../shared/streams/stream-reader.ts';
import { framingBytes, parseStreamFooter, parseStreamHeader } from './framing.ts';
import { readIndexRecords } from './index-records.ts';
import { xzMagic } from './magic.ts';

/** Some 100 000 blocks. This read only saves time, so a longer index is not worth the memory. */
const maxIndexBytes = 1024 * 1024;
const maxStreams = 64;
const paddingStep = 64 * 1024;

/** Called with a block in the index of a stream; `stream` counts from the last one. */
export type IndexVisitor = (
  stream: number,
  unpaddedBytes: number,
  uncompressedBytes: number,
) => void;

/**
 * Reads the indexes of all streams backwards from the end, without a scan. False if the end cannot be read without
 * waiting, and for a file with an invalid end: decoding then reports the error.
 */
export async function readIndexesBack(source: ByteSource, visit: IndexVisitor): Promise<boolean> {
  const end = openEnd(source);
  if (end === undefined) return false;
  let at: number | undefined = end.sizeBytes;
  try {
    for (let streams = 0; at !== undefined && at > 0; streams += 1) {
      if (streams === maxStreams) return false;
      const footerEnd = await skipPaddingBack(end, at);
      if (footerEnd === undefined) return false;
      at = await readStreamBack(end, footerEnd, (unpadded, uncompressed) =>
        visit(streams, unpadded, uncompressed),
      );
    }
  } catch (error) {
    if (isImageError(error) && 'reason' in error.details) return false;
    throw error;
  }
  return at === 0;
}

/** The end of the last stream before `at`; reads one step of padding at most. */
async function skipPaddingBack(end: EndReader, at: number): Promise<number | undefined> {
  const start = Math.max(0, at - paddingStep);
  const bytes = await end.read(start, at - start);
  const last = bytes?.findLastIndex((byte) => byte !== 0) ?? -1;
  const padding = at - start - last - 1;
  return last < 0 || padding % 4 !== 0 ? undefined : at - padding;
}

/** The start of the stream whose footer ends there. */
async function readStreamBack(
  end: EndReader,
  footerEnd: number,
  visit: (unpaddedBytes: number, uncompressedBytes: number) => void,
): Promise<number | undefined> {
  const footerStart = footerEnd - framingBytes;
  const footerBytes = await end.read(footerStart, framingBytes);
  if (footerBytes === undefined) return undefined;
  const footer = parseStreamFooter(footerBytes, footerStart);
  const indexStart = footerStart - footer.indexBytes;
  if (footer.indexBytes > maxIndexBytes) return undefined;
  const index = await end.read(indexStart, footer.indexBytes);
  if (index === undefined) return undefined;

  let blockBytes = 0;
  const reader = new StreamReader(once(index), new AbortController().signal);
  await readIndexRecords(reader, maxIndexBytes, (unpadded, uncompressed) => {
    blockBytes += Math.ceil(unpadded / 4) * 4;
    visit(unpadded, uncompressed);
  });
  const start = indexStart - blockBytes - framingBytes;
  const header = await end.read(start, framingBytes);
  if (header === undefined || !hasMagic(header, xzMagic)) return undefined;
  const agrees = parseStreamHeader(header, start).flags === footer.flags;
  return agrees && reader.position === index.length ? start : undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
