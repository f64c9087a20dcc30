import { type ByteSource, refuse } from '../../src/kit.ts';
import type { EndRecord } from './end-record.ts';
import {
  checkLocalHeader,
  descriptorBytes,
  differs,
  hasDescriptor,
  maxDescriptorBytes,
} from './local-header.ts';
import type { ZipEntry, ZipReader } from './yauzl.ts';

/** The place of a member's bytes; the header before them agrees. */
export interface MemberPlace {
  dataStart: number;
  packedBytes: number;
}

interface Header {
  entry: ZipEntry;
  start: number;
  dataStart: number;
}

/** The range of a 32-bit field. */
export const wrap: number = 2 ** 32;

/**
 * Finds the bytes of all members. The archiver of macOS writes offsets and sizes above 4 GiB without zip64, so they are
 * correct only modulo 2^32: the headers and descriptors in the file then show which of the few places is right. Members
 * that share bytes could unpack to far more than the file holds: `corrupt-table`.
 */
export async function placeMembers(
  source: ByteSource,
  entries: readonly ZipEntry[],
  end: EndRecord,
  reader: ZipReader,
): Promise<MemberPlace[]> {
  const headers: Header[] = [];
  for (const entry of entries) headers.push(await findHeader(entry, end, reader));
  const order = [...headers].sort((a, b) => a.start - b.start);
  const places = new Map<Header, MemberPlace>();
  let reached = 0;
  for (const [i, header] of order.entries()) {
    if (header.start < reached) throw overlap(header.start);
    const next = order[i + 1]?.start ?? end.directoryOffset;
    const { packedBytes, behind } = await measure(source, header, next);
    places.set(header, { dataStart: header.dataStart, packedBytes });
    reached = header.dataStart + packedBytes + behind;
  }
  if (reached > end.directoryOffset) throw overlap(end.directoryOffset);
  return headers.flatMap((header) => places.get(header) ?? []);
}

async function findHeader(entry: ZipEntry, end: EndRecord, reader: ZipReader): Promise<Header> {
  const stated = entry.relativeOffsetOfLocalHeader + end.shift;
  for (let start = stated; ; start += wrap) {
    entry.relativeOffsetOfLocalHeader = start;
    const isLast = !end.wraps || start + wrap >= end.directoryOffset;
    try {
      const local = await reader.readLocalHeader(entry);
      checkLocalHeader(entry, local, reader);
      return { entry, start, dataStart: local.fileDataStart };
    } catch (error) {
      if (isLast) throw error;
    }
  }
}

/** The number of a member's bytes, and of the bytes of its descriptor. `next` is the start of the next member. */
async function measure(
  source: ByteSource,
  { entry, dataStart }: Header,
  next: number,
): Promise<{ packedBytes: number; behind: number }> {
  const stated = entry.compressedSize;
  for (let packedBytes = stated; ; packedBytes += wrap) {
    const end = dataStart + packedBytes;
    const isLarger = packedBytes > stated;
    if (isLarger && (end > next || hasZip64(entry))) break;
    if (!hasDescriptor(entry)) {
      if (end === next) return { packedBytes, behind: 0 };
      continue;
    }
    const behind = descriptorBytes(entry, packedBytes, await source.read(end, maxDescriptorBytes));
    if (behind !== undefined) return { packedBytes, behind };
  }
  if (hasDescriptor(entry)) throw differs(entry, 'has another descriptor behind its data');
  // Bytes that belong to no member follow it.
  return { packedBytes: stated, behind: 0 };
}

export function hasZip64({ extraFields }: ZipEntry): boolean {
  return extraFields.some(({ id }) => id === 1);
}

function overlap(offset: number): Error {
  return refuse('corrupt-table', 'Members of the zip archive overlap', { format: 'zip', offset });
}
