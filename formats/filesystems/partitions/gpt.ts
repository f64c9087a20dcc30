import { crc32 } from 'node:zlib';
import { type ByteSource, defined, refuse } from '../../../src/kit.ts';
import { formatGuid } from '../shared/uuid.ts';
import { badPartitions } from './bad.ts';
import type { Partition, Table } from './table.ts';

const sectorSizes = [512, 4096];
const headerBytes = 92;
const mostEntries = 1024;
const noType = '00000000-0000-0000-0000-000000000000';

/** A header with plausible numbers, and its entries; their checksums may still be wrong. */
interface Copy {
  sectorBytes: number;
  other: number;
  lastUsable: number;
  entryBytes: number;
  entries: Buffer;
  isIntact: boolean;
}

/** GPT (UEFI 2.10, 5.3): from its first header, or, with a warning, from the backup if the first one is damaged. */
export async function readGpt(disk: ByteSource): Promise<Table | undefined> {
  const copies: Copy[] = [];
  let damage: unknown;
  for (const sectorBytes of sectorSizes) {
    try {
      const copy = await readCopy(disk, sectorBytes, 1);
      if (copy !== undefined) copies.push(copy);
    } catch (error) {
      damage ??= error;
    }
  }
  const intact = copies.filter((copy) => copy.isIntact);
  if (intact.length > 1) {
    throw refuse(
      'ambiguous-format',
      'The disk has a GPT for sectors of 512 and one for 4096 bytes',
      {
        format: 'gpt',
      },
    );
  }
  const [first] = intact;
  if (first !== undefined) return tableOf(disk, first, await backupWarnings(disk, first));
  const backup = await findBackup(disk, copies);
  if (backup !== undefined) {
    return tableOf(disk, backup, ['The first GPT header is damaged; its backup was used.']);
  }
  if (damage !== undefined) throw damage;
  if (copies.length > 0)
    throw badPartitions('gpt', 'both headers or their entries have a wrong checksum');
  return undefined;
}

/** Reads the header at one sector; `undefined` if there is none. */
async function readCopy(
  disk: ByteSource,
  sectorBytes: number,
  sector: number,
): Promise<Copy | undefined> {
  const at = sector * sectorBytes;
  const header = Buffer.from(await disk.read(at, sectorBytes));
  if (header.length < headerBytes || header.toString('latin1', 0, 8) !== 'EFI PART')
    return undefined;
  const size = header.readUInt32LE(12);
  const checksum = header.readUInt32LE(16);
  const table = Number(header.readBigUInt64LE(72)) * sectorBytes;
  const count = header.readUInt32LE(80);
  const entryBytes = header.readUInt32LE(84);
  if (size < headerBytes || size > header.length)
    throw badPartitions('gpt', `the header has ${size} bytes`);
  // The checksum covers the header with its own field set to zero.
  header.fill(0, 16, 20);
  const isOwn = crc32(header.subarray(0, size)) === checksum;
  if (isOwn && Number(header.readBigUInt64LE(24)) !== sector) {
    throw badPartitions('gpt', 'the header names another sector as its own');
  }
  if (entryBytes < 128 || entryBytes > 4096 || (entryBytes & (entryBytes - 1)) !== 0) {
    throw badPartitions('gpt', `an entry has ${entryBytes} bytes`);
  }
  if (count < 1 || count > mostEntries) throw badPartitions('gpt', `there are ${count} entries`);
  const length = count * entryBytes;
  const isInside = table >= 2 * sectorBytes || table + length <= at;
  if (!Number.isSafeInteger(table + length) || !isInside || table === 0) {
    throw badPartitions('gpt', 'the entries lie over the header');
  }
  const entries = Buffer.from(await disk.read(table, length));
  if (entries.length < length) throw badPartitions('gpt', 'the entries lie outside of the disk');
  return {
    sectorBytes,
    other: Number(header.readBigUInt64LE(32)),
    lastUsable: Number(header.readBigUInt64LE(48)),
    entryBytes,
    entries,
    isIntact: isOwn && crc32(entries) === header.readUInt32LE(88),
  };
}

/** The backup is at the end of the disk, or, after the disk grew, at the place that the first header gives. */
async function findBackup(disk: ByteSource, damaged: readonly Copy[]): Promise<Copy | undefined> {
  for (const sectorBytes of sectorSizes) {
    const others = damaged
      .filter((copy) => copy.sectorBytes === sectorBytes)
      .map(({ other }) => other);
    const last = lastSector(disk, sectorBytes);
    for (const sector of last === undefined ? others : [last, ...others]) {
      if (!Number.isSafeInteger(sector * sectorBytes) || sector < 2) continue;
      const copy = await readCopy(disk, sectorBytes, sector).catch(() => undefined);
      if (copy?.isIntact === true) return copy;
    }
  }
  return undefined;
}

async function backupWarnings(disk: ByteSource, first: Copy): Promise<string[]> {
  const last = lastSector(disk, first.sectorBytes);
  if (last !== undefined && first.other < last) {
    return ['The disk has grown since its GPT was written; the backup header is not at its end.'];
  }
  return [];
}

function lastSector(disk: ByteSource, sectorBytes: number): number | undefined {
  return disk.sizeBytes === undefined ? undefined : Math.floor(disk.sizeBytes / sectorBytes) - 1;
}

function tableOf(disk: ByteSource, copy: Copy, warnings: string[]): Table {
  const { entries, entryBytes, sectorBytes } = copy;
  const partitions: Partition[] = [];
  for (let at = 0; at < entries.length; at += entryBytes) {
    const type = formatGuid(entries, at);
    if (type === noType) continue;
    const number = at / entryBytes + 1;
    const first = Number(entries.readBigUInt64LE(at + 32));
    const last = Number(entries.readBigUInt64LE(at + 40));
    const end = (last + 1) * sectorBytes;
    const isInside = Number.isSafeInteger(end) && end <= (disk.sizeBytes ?? end);
    if (first > last || first < 2 || last > copy.lastUsable || !isInside) {
      throw badPartitions('gpt', `partition ${number} lies outside of the disk`);
    }
    const label = entries.toString('utf16le', at + 56, at + 128).split('\0', 1)[0];
    partitions.push({
      number,
      offset: first * sectorBytes,
      length: end - first * sectorBytes,
      type,
      uuid: formatGuid(entries, at + 16),
      ...defined({ label: label === '' ? undefined : label }),
    });
  }
  return { scheme: 'gpt', sectorBytes, partitions, warnings };
}
