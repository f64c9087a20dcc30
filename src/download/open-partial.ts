import { type FileHandle, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { inCache } from '../cache/cache-error.ts';
import type { Staging } from '../cache/staging.ts';
import { type DownloadNote, hashAddress, isResumable, readNote, writeNote } from './resume-note.ts';

/** What an earlier call fetched and this one may continue. */
export interface PartialDownload {
  handle: FileHandle;
  note: DownloadNote;
  /** The address that served it; of a tier's copy that is gone, one that is not asked again. */
  address: URL;
  /** Bytes from the start that are there; at least 1. */
  position: number;
}

/** What a call wants, to be held against what an earlier one left. */
export interface PartialDemands {
  addresses: readonly URL[];
  expectedBytes: number | undefined;
  /** A digest decides over the whole. */
  judged: boolean;
  /** The position must be a multiple of it. */
  alignBytes: number;
}

/** The download of an earlier call, open for writing, where it can be continued; `undefined` otherwise. */
export async function openPartial(
  staging: Staging,
  { addresses, expectedBytes, judged, alignBytes }: PartialDemands,
): Promise<PartialDownload | undefined> {
  const note = await readNote(staging);
  if (!isResumable(note)) return undefined;
  const known = addresses.find((url) => hashAddress(url) === note.addressHash);
  const isCopy = note.tier !== undefined && judged;
  const address = known ?? (isCopy ? new URL(note.url) : undefined);
  const fits = note.sizeBytes === undefined || (expectedBytes ?? note.sizeBytes) === note.sizeBytes;
  if (address === undefined || !fits) return undefined;
  // Without a digest, only the place that served the beginning can have the same bytes.
  if (!judged && (note.place === undefined || !(await isOfThisBoot(staging)))) return undefined;
  const handle = await staging.reopen(staging.download);
  if (handle === undefined) return undefined;
  const position = await measure(staging, handle, note, alignBytes).catch(
    async (error: unknown) => {
      await handle.close();
      throw error;
    },
  );
  if (position === 0) {
    await handle.close();
    return undefined;
  }
  // From now on the file has a seam, whatever becomes of this call.
  const seam = { ...note, readyBytes: position, joined: true };
  await writeNote(staging, seam).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  return { handle, note, address, position };
}

async function measure(
  staging: Staging,
  handle: FileHandle,
  { sizeBytes = Infinity, readyBytes = Infinity }: DownloadNote,
  alignBytes: number,
): Promise<number> {
  const stats = await inCache(staging.download, 'measure', () => handle.stat());
  if (!stats.isFile() || stats.size > sizeBytes) return 0;
  // Of a file that is complete the last byte is asked for again: the answer says whether it is still this file.
  const position = Math.max(0, Math.min(stats.size, readyBytes, sizeBytes - 1));
  return position - (position % alignBytes);
}

/** What was written before a loss of power may be there in part only; a process that was killed loses nothing. */
async function isOfThisBoot(staging: Staging): Promise<boolean> {
  const booted = Date.now() - uptime() * 1000;
  const { mtimeMs } = await inCache(staging.downloadJson, 'measure', () =>
    stat(staging.downloadJson),
  );
  return mtimeMs > booted;
}
