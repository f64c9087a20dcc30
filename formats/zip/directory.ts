import { type ByteSource, type DecodeContext, refuse } from '../../src/kit.ts';
import { MemberList } from '../shared/archives/member-list.ts';
import { plainMemberName } from '../shared/archives/member-name.ts';
import { readEndRecord } from './end-record.ts';
import {
  checkLocalHeader,
  hasDescriptor,
  maxDescriptorBytes,
  measureDescriptor,
} from './local-header.ts';
import { openZipReader, type ZipEntry, type ZipReader } from './yauzl.ts';

/** A regular file in a zip archive, both of its headers agreed. */
export interface ZipMember {
  name: string;
  method: number;
  crc32: number;
  /** Where its bytes lie. */
  dataStart: number;
  packedBytes: number;
  sizeBytes: number;
}

/** What a member occupies in the file. */
interface Span {
  start: number;
  end: number;
}

/**
 * The regular files of a zip archive in the order of its central directory, which is the truth; everything about them is
 * checked before the first one is handed out. Refused wherever they stand: links, unsafe names, names that come twice,
 * members that overlap, and whatever the front of the file says otherwise.
 */
export async function readDirectory(
  source: ByteSource,
  sizeBytes: number,
  { limits }: DecodeContext,
): Promise<ZipMember[]> {
  const end = await readEndRecord(source, sizeBytes);
  const list = new MemberList('zip', limits.members);
  const reader = await openZipReader(source, sizeBytes);
  const members: ZipMember[] = [];
  const spans: Span[] = [{ start: end.directoryOffset, end: sizeBytes }];
  let read = 0;
  for await (const entry of reader.entries()) {
    read += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    const stored = reader.nameOf(entry);
    const name = plainMemberName(stored, 'zip');
    const isFolder = checkKind(entry, name, stored.endsWith('/'));
    list.add(name, isFolder);
    const { dataStart, span } = await locate(source, entry, reader);
    spans.push(span);
    if (!isFolder) members.push(describe(name, entry, dataStart));
  }
  if (read !== end.directoryBytes) throw damaged('has a central directory of another length');
  checkSpans(spans);
  return members;
}

function describe(name: string, entry: ZipEntry, dataStart: number): ZipMember {
  return {
    name,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    dataStart,
    packedBytes: entry.compressedSize,
    sizeBytes: entry.uncompressedSize,
  };
}

/** Whether it is a folder; links and encrypted members are refused. The high half of the attributes is a Unix mode. */
function checkKind(entry: ZipEntry, name: string, hasSlash: boolean): boolean {
  const about = { format: 'zip', value: name };
  const text = JSON.stringify(name);
  const type = (entry.externalFileAttributes >>> 28) & 0xf;
  if (type === 0xa) throw refuse('unsafe-path', `The zip member ${text} is a link`, about);
  if (![0, 4, 8].includes(type)) {
    throw refuse('unsupported-variant', `The zip member ${text} is a device or a pipe`, about);
  }
  // Old encryption, strong encryption, and headers hidden by it.
  if ((entry.generalPurposeBitFlag & 0x2041) !== 0) {
    throw refuse('encrypted', `The zip member ${text} is encrypted`, about);
  }
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) {
    throw refuse('corrupt-header', `The zip member ${text} is not packed and has two sizes`, about);
  }
  const isFolder = hasSlash || type === 4;
  if (isFolder && entry.uncompressedSize > 0) {
    throw refuse('corrupt-header', `The zip member ${text} is a file and a folder at once`, about);
  }
  if (!isFolder && name === '') throw damaged('has a file without a name');
  return isFolder;
}

async function locate(
  source: ByteSource,
  entry: ZipEntry,
  reader: ZipReader,
): Promise<{ dataStart: number; span: Span }> {
  const local = await reader.readLocalHeader(entry);
  checkLocalHeader(entry, local, reader);
  let end = local.fileDataStart + entry.compressedSize;
  if (hasDescriptor(entry)) {
    end += measureDescriptor(entry, await source.read(end, maxDescriptorBytes));
  }
  return {
    dataStart: local.fileDataStart,
    span: { start: entry.relativeOffsetOfLocalHeader, end },
  };
}

/** Members that share bytes unpack to far more than the file could hold. */
function checkSpans(spans: Span[]): void {
  spans.sort((a, b) => a.start - b.start);
  for (const [i, { start }] of spans.entries()) {
    const before = spans[i - 1];
    if (before !== undefined && before.end > start) {
      throw refuse('corrupt-table', 'Members of the zip archive overlap', {
        format: 'zip',
        offset: start,
      });
    }
  }
}

function damaged(what: string): Error {
  return refuse('corrupt-header', `The zip file ${what}`, { format: 'zip' });
}
