import type { OpenFile } from '../../../contracts/file-system.ts';
import { refuse } from '../../../errors.ts';

/** A section of a PE file, limited to its virtual size: the rest of it in the file is padding. */
export interface PeSection {
  name: string;
  offset: number;
  sizeBytes: number;
}

const most = { sections: 96 };
const entryBytes = 40;

/**
 * The sections of a PE file in the order of its table; `undefined` for any other file. Reads only the headers;
 * whether a section is inside the file is checked when it is read.
 */
export async function readPeSections(
  file: OpenFile,
  place: string,
): Promise<PeSection[] | undefined> {
  const head = await bytesAt(file, 0, 64);
  if (head.length < 64 || head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = head.readUInt32LE(60);
  const header = await bytesAt(file, at, 24);
  if (header.length < 24 || header.toString('latin1', 0, 4) !== 'PE\0\0') return undefined;
  const count = header.readUInt16LE(6);
  if (count > most.sections) {
    throw refuse('limit', `${place} has ${count} sections; ${most.sections} are read at most`, {
      limit: most.sections,
      value: count,
    });
  }
  const table = await bytesAt(file, at + 24 + header.readUInt16LE(20), count * entryBytes);
  if (table.length < count * entryBytes) {
    throw refuse('truncated', `The table of sections of ${place} is cut`);
  }
  return Array.from({ length: count }, (_, index) => sectionAt(table, index * entryBytes));
}

function sectionAt(table: Buffer, at: number): PeSection {
  const name = table.toString('latin1', at, at + 8).replace(/\0+$/, '');
  const [virtual, raw] = [table.readUInt32LE(at + 8), table.readUInt32LE(at + 16)];
  return { name, offset: table.readUInt32LE(at + 20), sizeBytes: Math.min(virtual, raw) };
}

/** The bytes of a section; throws `ERR_DECODE` if it is outside the file. */
export function openSection(
  file: OpenFile,
  { name, offset, sizeBytes }: PeSection,
  place: string,
): OpenFile {
  if (offset + sizeBytes > file.sizeBytes) {
    throw refuse('truncated', `The section ${name} of ${place} lies outside of the file`, {
      offset,
    });
  }
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    const from = Math.min(Math.max(position, 0), sizeBytes);
    return await file.read(offset + from, Math.min(length, sizeBytes - from));
  };
  return {
    sizeBytes,
    read,
    async *stream() {
      for (let at = 0; at < sizeBytes; at += 1024 * 1024) yield await read(at, 1024 * 1024);
    },
  };
}

async function bytesAt(file: OpenFile, position: number, length: number): Promise<Buffer> {
  if (position >= file.sizeBytes) return Buffer.alloc(0);
  const bytes = await file.read(position, Math.min(length, file.sizeBytes - position));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
