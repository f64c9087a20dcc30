import { type ByteSource, type DecodeContext, refuse, type WantedEntry } from '../../src/kit.ts';
import { MemberList } from '../shared/archives/member-list.ts';
import { readEndRecord } from './end-record.ts';
import { hasDescriptor } from './local-header.ts';
import { hasZip64, type MemberPlace, placeMembers, wrap } from './member-places.ts';
import { openZipReader, type ZipEntry, type ZipReader } from './yauzl.ts';

/** A regular file in a zip archive whose two headers agree. */
export interface ZipMember {
  name: string;
  method: number;
  encrypted: boolean;
  crc32: number;
  /** Place of its bytes. */
  dataStart: number;
  packedBytes: number;
  sizeBytes: number;
  /** The stated size may be correct only modulo 2^32; the data show their own end. */
  mayWrap: boolean;
}

/** 258 bytes from two bits: each of the two codes has at least one bit. */
const maxDeflateRatio = 1032;

/**
 * The regular files of a zip archive in the order of its central directory, which is authoritative; all of them are
 * checked before the first one is handed out. Refused in any place: repeated names, overlapping members, and headers at
 * the front of the file that differ from the directory.
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
  const reader = await openZipReader(source, end.archiveBytes, end.directoryOffset);
  const entries: ZipEntry[] = [];
  const names: (string | undefined)[] = [];
  let read = 0;
  for await (const entry of reader.entries()) {
    read += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    names.push(note(entry, nameOf(entry, reader), list));
    entries.push(entry);
  }
  if (read !== end.directoryBytes) throw damaged('has a central directory of another length');
  const places = await placeMembers(source, entries, end, reader);
  const members = entries.flatMap((entry, i) => {
    const name = names[i];
    const place = places[i];
    return name === undefined || place === undefined ? [] : describe(name, entry, place);
  });
  const [first] = members;
  // No choice among the members would help.
  if (first !== undefined && members.every(({ encrypted }) => encrypted)) {
    throw refuseEncrypted(first.name);
  }
  list.check(wanted);
  return members;
}

function describe(name: string, entry: ZipEntry, place: MemberPlace): ZipMember {
  const { compressionMethod: method, uncompressedSize, crc32 } = entry;
  const { packedBytes } = place;
  return {
    name,
    method,
    encrypted: isEncrypted(entry),
    crc32,
    ...place,
    sizeBytes: method === 0 ? packedBytes : uncompressedSize,
    mayWrap: method === 8 && mayWrap(entry, packedBytes),
  };
}

/**
 * True for Finder and other writers that put sizes after the data, without zip64; deflate cannot expand a byte further
 * than this.
 */
function mayWrap(entry: ZipEntry, packedBytes: number): boolean {
  if (!hasDescriptor(entry) || hasZip64(entry)) return false;
  return packedBytes * maxDeflateRatio >= entry.uncompressedSize + wrap;
}

/**
 * The name as text. Programs of .NET write the separators of Windows, and mark the entry as made on Windows (APPNOTE
 * 4.4.2.2: FAT, NTFS, VFAT); in other entries a backslash is an ordinary part of a name.
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

/** Old encryption, strong encryption, and headers that it hides. */
function isEncrypted({ generalPurposeBitFlag }: ZipEntry): boolean {
  return (generalPurposeBitFlag & 0x2041) !== 0;
}

export function refuseEncrypted(name: string): Error {
  return refuse('encrypted', `The zip member ${JSON.stringify(name)} is encrypted`, {
    format: 'zip',
    value: name,
    hint: 'Unpack the archive first, and give the disk alone.',
  });
}

function damaged(what: string): Error {
  return refuse('corrupt-header', `The zip file ${what}`, { format: 'zip' });
}
