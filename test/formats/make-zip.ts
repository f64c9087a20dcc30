import { crc32, deflateRawSync } from 'node:zlib';

/** One member; missing fields have the values of a usual writer. */
export interface ZipFields {
  name: string;
  content?: Uint8Array | string;
  method?: number;
  /** The stored bytes, if they are not the compressed content. */
  packed?: Uint8Array;
  flags?: number;
  attributes?: number;
  /** A data descriptor after the data, and its form. */
  descriptor?: 'signed' | 'bare' | 'signed64' | 'bare64' | 'missing';
  /** Sizes in the zip64 extra field: of the local header, of the central directory. */
  zip64?: 'local' | 'central' | 'both';
  extra?: Uint8Array;
  /** Fields in which one of the two headers differs. */
  local?: Partial<Numbers> & { name?: string };
  central?: Partial<Numbers> & { offset?: number };
  /** Bytes before the local header. */
  gap?: Uint8Array;
}

interface Numbers {
  crc: number;
  packedBytes: number;
  bytes: number;
  method: number;
  flags: number;
}

export interface ZipEnd {
  comment?: Uint8Array | string;
  zip64?: boolean;
  entries?: number;
  entriesHere?: number;
  disk?: number;
  directoryBytes?: number;
  directoryOffset?: number;
  /** Bytes between the directory and its end record. */
  gap?: Uint8Array;
  /** Changes a finished zip64 end record and its locator. */
  patch64?: (record: Buffer, locator: Buffer) => void;
}

const large = 0xffff_ffff;

export function zipArchive(members: ZipFields[], end: ZipEnd = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const gap = member.gap ?? new Uint8Array(0);
    const { local, central } = makeMember(member, offset + gap.length);
    parts.push(gap, local);
    directory.push(central);
    offset += gap.length + local.length;
  }
  const central = Buffer.concat(directory);
  const gap = end.gap ?? new Uint8Array(0);
  return Buffer.concat([
    ...parts,
    central,
    gap,
    makeEnd(members.length, offset, central.length, end),
  ]);
}

function makeMember(member: ZipFields, offset: number): { local: Uint8Array; central: Uint8Array } {
  const content = Buffer.from(member.content ?? '');
  const method = member.method ?? (member.packed === undefined ? 8 : 0);
  const packed = member.packed ?? (method === 8 ? deflateRawSync(content) : content);
  const flags = (member.flags ?? 0) | (member.descriptor === undefined ? 0 : 8);
  const numbers = {
    crc: crc32(content),
    packedBytes: packed.length,
    bytes: content.length,
    method,
    flags,
  };
  const blank = { crc: 0, packedBytes: 0, bytes: 0 };
  const front = { ...numbers, ...(member.descriptor !== undefined && blank), ...member.local };
  const back = { ...numbers, ...member.central };
  const is64 = (which: 'local' | 'central') => [which, 'both'].includes(member.zip64 ?? '');
  const frontExtra = extraField(front, is64('local'), undefined, member.extra);
  const place = member.central?.offset ?? offset;
  const backExtra = extraField(back, is64('central'), place, member.extra);
  const frontName = Buffer.from(member.local?.name ?? member.name);
  const name = Buffer.from(member.name);

  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 0, 'latin1');
  header.writeUInt16LE(20, 4);
  writeNumbers(header, 6, front, is64('local'));
  header.writeUInt16LE(frontName.length, 26);
  header.writeUInt16LE(frontExtra.length, 28);

  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02\x14\x03\x14\x00', 0, 'latin1');
  writeNumbers(entry, 8, back, is64('central'));
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(backExtra.length, 30);
  entry.writeUInt32LE((member.attributes ?? 0o100644 * 2 ** 16) >>> 0, 38);
  entry.writeUInt32LE(is64('central') ? large : place, 42);
  return {
    local: Buffer.concat([header, frontName, frontExtra, packed, descriptor(member, numbers)]),
    central: Buffer.concat([entry, name, backExtra]),
  };
}

function writeNumbers(bytes: Buffer, at: number, numbers: Numbers, is64: boolean): void {
  bytes.writeUInt16LE(numbers.flags, at);
  bytes.writeUInt16LE(numbers.method, at + 2);
  bytes.writeUInt32LE(numbers.crc, at + 8);
  bytes.writeUInt32LE(is64 ? large : numbers.packedBytes, at + 12);
  bytes.writeUInt32LE(is64 ? large : numbers.bytes, at + 16);
}

function extraField(
  { bytes, packedBytes }: Numbers,
  is64: boolean,
  offset: number | undefined,
  extra: Uint8Array = new Uint8Array(0),
): Uint8Array {
  if (!is64) return extra;
  const values = [bytes, packedBytes, ...(offset === undefined ? [] : [offset])];
  const field = Buffer.alloc(4 + values.length * 8);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(values.length * 8, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  return Buffer.concat([extra, field]);
}

function descriptor({ descriptor: form }: ZipFields, numbers: Numbers): Uint8Array {
  if (form === undefined || form === 'missing') return new Uint8Array(0);
  const width = form.endsWith('64') ? 8 : 4;
  const bytes = Buffer.alloc(4 + 2 * width);
  bytes.writeUInt32LE(numbers.crc, 0);
  for (const [i, value] of [numbers.packedBytes, numbers.bytes].entries()) {
    if (width === 4) bytes.writeUInt32LE(value, 4 + i * 4);
    else bytes.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  }
  return form.startsWith('signed')
    ? Buffer.concat([Buffer.from('PK\x07\x08', 'latin1'), bytes])
    : bytes;
}

function makeEnd(count: number, offset: number, length: number, end: ZipEnd): Uint8Array {
  const comment = Buffer.from(end.comment ?? '');
  const entries = end.entries ?? count;
  const bytes = Buffer.alloc(22);
  bytes.write('PK\x05\x06', 0, 'latin1');
  const is64 = end.zip64 === true;
  bytes.writeUInt16LE(is64 ? 0xffff : (end.disk ?? 0), 4);
  bytes.writeUInt16LE(is64 ? 0xffff : (end.disk ?? 0), 6);
  bytes.writeUInt16LE(is64 ? 0xffff : (end.entriesHere ?? entries), 8);
  bytes.writeUInt16LE(is64 ? 0xffff : entries, 10);
  bytes.writeUInt32LE(is64 ? large : (end.directoryBytes ?? length), 12);
  bytes.writeUInt32LE(is64 ? large : (end.directoryOffset ?? offset), 16);
  bytes.writeUInt16LE(comment.length, 20);
  if (!is64) return Buffer.concat([bytes, comment]);
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(end.directoryBytes ?? length), 40);
  record.writeBigUInt64LE(BigInt(end.directoryOffset ?? offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + length + (end.gap?.length ?? 0)), 8);
  locator.writeUInt32LE(1, 16);
  end.patch64?.(record, locator);
  return Buffer.concat([record, locator, bytes, comment]);
}
