import type { FileHandle } from 'node:fs/promises';
import {
  formatGptHeader,
  type GptHeader,
  lastSectorOf,
  parseGptHeader,
  refuseTable,
} from './header.ts';
import { growProtective } from './protective-mbr.ts';

const sectorSizes = [512, 4096];

/**
 * Moves the backup of a GUID partition table to the end of a disk that has grown, and allows partitions to use the
 * space before it. Writes the new backup first, then the primary header and the protective record, and wipes the old
 * backup last: at any point, one table is complete. Throws `ERR_DECODE` for a table that is damaged or does not fit.
 */
export async function moveBackupTable(
  disk: FileHandle,
  sizeBytes: number,
): Promise<'moved' | 'in-place' | 'absent'> {
  const found = await findTable(disk);
  if (found === undefined) return 'absent';
  const { sectorBytes, primary } = found;
  const entries = await readAt(disk, primary.entries * sectorBytes, primary.entriesBytes);
  const lastUsed = lastSectorOf(primary, entries);
  const sectors = Math.floor(sizeBytes / sectorBytes);
  const last = sectors - 1;
  if (primary.alternate === last) return 'in-place';
  const entriesAt = last - Math.ceil(entries.length / sectorBytes);
  const lastUsable = entriesAt - 1;
  if (lastUsed > lastUsable) throw refuseTable('corrupt-table', 'has a partition past its end');
  const old = await readBackup(disk, primary, sectorBytes, sizeBytes);

  const backup = { own: last, alternate: primary.own, lastUsable, entries: entriesAt };
  await writeAt(disk, entriesAt * sectorBytes, entries);
  await writeAt(disk, last * sectorBytes, formatGptHeader(primary, backup));
  const moved = formatGptHeader(primary, { alternate: last, lastUsable });
  await writeAt(disk, primary.own * sectorBytes, moved);
  const mbr = await readAt(disk, 0, 512);
  if (growProtective(mbr, sectors)) await writeAt(disk, 0, mbr);
  if (old !== undefined) {
    await wipe(disk, old.entries * sectorBytes, old.entriesBytes, entriesAt * sectorBytes);
    await wipe(disk, old.own * sectorBytes, sectorBytes, entriesAt * sectorBytes);
  }
  return 'moved';
}

async function findTable(
  disk: FileHandle,
): Promise<{ sectorBytes: number; primary: GptHeader } | undefined> {
  for (const sectorBytes of sectorSizes) {
    const primary = parseGptHeader(await readAt(disk, sectorBytes, sectorBytes));
    if (primary === undefined) continue;
    if (primary.own !== 1 || primary.entries < 2) {
      throw refuseTable('corrupt-table', 'has a primary header with the address of another');
    }
    return { sectorBytes, primary };
  }
  return undefined;
}

/** The backup at the address in the primary header; `undefined` for other data, which stays unchanged. */
async function readBackup(
  disk: FileHandle,
  primary: GptHeader,
  sectorBytes: number,
  sizeBytes: number,
): Promise<GptHeader | undefined> {
  const position = primary.alternate * sectorBytes;
  if (position + sectorBytes > sizeBytes) return undefined;
  const sector = await readAt(disk, position, sectorBytes);
  let backup: GptHeader | undefined;
  try {
    backup = parseGptHeader(sector);
  } catch {
    // The backup is damaged: the address of its entries cannot be used.
    return undefined;
  }
  const isOwn = backup?.own === primary.alternate && backup.diskGuid === primary.diskGuid;
  const isBehind = (backup?.entries ?? 0) > primary.lastUsable;
  return isOwn && isBehind ? backup : undefined;
}

/** Writes zeros, but not beyond `limit`, where the new backup begins. */
async function wipe(disk: FileHandle, from: number, length: number, limit: number): Promise<void> {
  const bytes = Math.max(0, Math.min(length, limit - from));
  await writeAt(disk, from, Buffer.alloc(bytes));
}

/** Reads beyond the end of the disk as zeros, because no table is there. */
async function readAt(disk: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await disk.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes;
}

async function writeAt(disk: FileHandle, position: number, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await disk.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
