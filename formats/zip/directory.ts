import { type ByteSource, type DecodeContext, refuse, type WantedEntry } from '../../src/kit.ts';
import { MemberList } from '../shared/archives/member-list.ts';
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
  encrypted: boolean;
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
 * checked before the first one is handed out. Refused wherever they stand: names that come twice,
 * members that overlap, and whatever the front of the file says otherwise.
 */
export async function readDirectory(
  source: ByteSource,
  sizeBytes: number,
  context: DecodeContext,
  wanted: WantedEntry | undefined,
): Promise<ZipMember[]> {
  const { limits } = context;
  const end = await readEndRecord(source, sizeBytes, context);
  const list = new MemberList('zip', limits.members);
  const reader = await openZipReader(source, end.archiveBytes);
  const members: ZipMember[] = [];
  const spans: Span[] = [{ start: end.directoryOffset, end: end.archiveBytes }];
  let read = 0;
  for await (const entry of reader.entries()) {
    read += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    const name = note(entry, nameOf(entry, reader), list);
    const { dataStart, span } = await locate(source, entry, reader);
    spans.push(span);
    if (name !== undefined) members.push(describe(name, entry, dataStart));
  }
  if (read !== end.directoryBytes) throw damaged('has a central directory of another length');
  checkSpans(spans);
  list.check(wanted);
  return members;
}

function describe(name: string, entry: ZipEntry, dataStart: number): ZipMember {
  return {
    name,
    method: entry.compressionMethod,
    encrypted: isEncrypted(entry),
    crc32: entry.crc32,
    dataStart,
    packedBytes: entry.compressedSize,
    sizeBytes: entry.uncompressedSize,
  };
}

/**
 * The name as text. Programs of .NET write the separators of Windows, and say that they come from there (APPNOTE 4.4.2.2:
 * FAT, NTFS, VFAT); elsewhere a backslash is a part of a name like any other.
 */
function nameOf(entry: ZipEntry, reader: ZipReader): string {
  const name = reader.nameOf(entry);
  return [0, 10, 14].includes(entry.versionMadeBy >>> 8) ? name.replaceAll('\\', '/') : name;
}

/** The name of a file that may be read. The high half of the attributes is a Unix mode. */
function note(entry: ZipEntry, name: string, list: MemberList): string | undefined {
  const about = { format: 'zip', value: name };
  const text = JSON.stringify(name);
  const type = (entry.externalFileAttributes >>> 28) & 0xf;
  if (type === 0xa) {
    list.addOther(name, true, refuse('unsafe-path', `The zip member ${text} is a link`, about));
    return undefined;
  }
  if (![0, 4, 8].includes(type)) {
    const what = `The zip member ${text} is a device or a pipe`;
    list.addOther(name, false, refuse('unsupported-variant', what, about));
    return undefined;
  }
  if (
    entry.compressionMethod === 0 &&
    !isEncrypted(entry) &&
    entry.compressedSize !== entry.uncompressedSize
  ) {
    throw refuse('corrupt-header', `The zip member ${text} is not packed and has two sizes`, about);
  }
  if (!name.endsWith('/') && type !== 4) return list.addFile(name);
  if (entry.uncompressedSize > 0) {
    throw refuse('corrupt-header', `The zip member ${text} is a file and a folder at once`, about);
  }
  list.addFolder(name);
  return undefined;
}

/** Old encryption, strong encryption, and headers hidden by it. */
function isEncrypted({ generalPurposeBitFlag }: ZipEntry): boolean {
  return (generalPurposeBitFlag & 0x2041) !== 0;
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
