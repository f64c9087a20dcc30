import { constants } from 'node:fs';
import { chmod, type FileHandle, open, rm } from 'node:fs/promises';
import type { Extents } from '../../bytes/extents.ts';
import { GrowingFile } from '../../bytes/growing-file.ts';
import { SparseFile } from '../../bytes/sparse-file.ts';
import { inCache } from '../../cache/cache-error.ts';
import { readDigestTable } from '../../cache/entries/blocks-file.ts';
import { type Entry, readEntry } from '../../cache/entries/read.ts';
import { replaceDisk } from '../../cache/entries/replace-disk.ts';
import { modes } from '../../cache/modes.ts';
import { baseName } from '../../cache/names/cache-name.ts';
import { openStaging, type Staging } from '../../cache/staging.ts';
import { copyData } from '../../clone/copy-data.ts';
import { cloneFileOn } from '../../clone/reflink.ts';
import { Allowances } from '../../image/allowances.ts';
import { boundDisk } from '../../image/bounds.ts';
import { openDecodeJob } from '../../image/decode-context.ts';
import { openLayers } from '../../image/open-layers.ts';
import { awaitEnd } from '../../parts/await-plugin.ts';
import { callPlugin } from '../../parts/call-plugin.ts';
import { keepDownload } from '../attempt.ts';
import type { Call } from '../call.ts';
import { copyLayers } from '../decode/write-decoded.ts';
import { roomForFill } from '../space.ts';
import { countBlocks, damagedPart, undamaged } from './damaged-part.ts';
import type { KeptSource } from './kept-sources.ts';
import { optionsRecorded } from './recorded.ts';

const zeros = Buffer.alloc(1024 * 1024);

/**
 * Makes the damaged blocks of a disk again from an intact source, and combines them with a copy of all the other
 * blocks (a reflink if the file system supports it). The copy replaces the disk when every block has its recorded
 * digest. Returns the number of blocks made; `undefined` if the digests of the blocks are not kept. Needs the lock of
 * the name.
 */
export async function makeBlocks(
  call: Call,
  { name, path, record }: Pick<Entry, 'name' | 'path' | 'record'>,
  damage: Extents,
  source: KeptSource,
): Promise<{ blocks: number; entry: Entry } | undefined> {
  const { table } = await readDigestTable({ path, record });
  if (table === undefined) return undefined;
  const { cache, signal, progress } = call;
  const blocks = countBlocks(damage);
  progress.begin('disk');
  progress.stage('decode', `rebuilding ${blocks} damaged blocks of ${name}`);
  const staging = await openStaging(cache, baseName(name));
  try {
    const copy = await inCache(path, 'repair', () =>
      copyIntact(path, staging, table, damage, signal),
    );
    try {
      await inCache(staging.disk, 'write', () =>
        decodeInto(call, staging, copy.file, record, damage, source),
      );
    } finally {
      await copy.file.close();
    }
    progress.stage('publish', `publishing ${name}`);
    const extents = copy.isReflink ? undefined : table.extents;
    await replaceDisk(cache, staging, { name, path, record }, extents, signal);
  } finally {
    await keepDownload(call, staging);
  }
  const entry = await readEntry(cache, name);
  return entry && { blocks, entry };
}

/** A staged copy without the damaged blocks, which are zeros. */
async function copyIntact(
  path: string,
  staging: Staging,
  { sizeBytes, extents }: { sizeBytes: number; extents: Extents },
  damage: Extents,
  signal: AbortSignal,
): Promise<{ file: FileHandle; isReflink: boolean }> {
  const shared = await reflinked(path, staging);
  if (shared !== undefined) {
    for (const [offset, length] of damage) await writeZeros(shared, offset, length);
    return { file: shared, isReflink: true };
  }
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const file = await staging.create(staging.disk);
    const intact = { handle, path, sizeBytes, extents: undamaged(extents, damage) };
    await copyData(intact, file, signal, () => {}).catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
    return { file, isReflink: false };
  } finally {
    await handle.close();
  }
}

/** Errors are ignored: the ordinary copy that follows reports the real problem. */
async function reflinked(path: string, staging: Staging): Promise<FileHandle | undefined> {
  try {
    await cloneFileOn(process.platform)(path, staging.disk);
    await chmod(staging.disk, modes.staged);
    return await staging.reopen(staging.disk);
  } catch {
    await rm(staging.disk, { force: true });
    return undefined;
  }
}

async function writeZeros(file: FileHandle, offset: number, length: number): Promise<void> {
  for (let done = 0; done < length; ) {
    const piece = Math.min(zeros.length, length - done);
    done += (await file.write(zeros, 0, piece, offset + done)).bytesWritten;
  }
}

/** Decodes the source and writes only the damaged blocks. */
async function decodeInto(
  call: Call,
  staging: Staging,
  file: FileHandle,
  record: Entry['record'],
  damage: Extents,
  { path, layers, entry }: KeptSource,
): Promise<void> {
  const { signal } = call;
  const { limits, log, allow } = optionsRecorded(call.options, record);
  const allowances = new Allowances(allow);
  const job = openDecodeJob(staging.dir, { signal, limits, log, allowances });
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const source = GrowingFile.whole(handle, (await handle.stat()).size);
    await callPlugin('the decoder', 'copyTo', signal, async () => {
      const opened = await openLayers(source, layers, entry, call.parts.formats, job.context);
      const bounds = boundDisk(source, limits, await roomForFill(call));
      const sink = new SparseFile(damagedPart(file, damage), bounds);
      await copyLayers(opened, record.format, sink);
    });
  } finally {
    await awaitEnd(signal, () => job.close());
    await handle.close();
  }
}
