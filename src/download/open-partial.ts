import { type FileHandle, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { inCache } from '../cache/cache-error.ts';
import type { Staging } from '../cache/staging.ts';
import { type DownloadNote, hashAddress, isResumable, readNote, writeNote } from './resume-note.ts';

/** The download of an earlier call that this one may resume. */
export interface PartialDownload {
  handle: FileHandle;
  note: DownloadNote;
  /** The address that served it; for a missing copy of a tier, an address that is not asked again. */
  address: URL;
  /** Number of bytes from the start that are there; at least 1. */
  position: number;
}

/** The conditions of this call for resuming a download. */
export interface PartialDemands {
  addresses: readonly URL[];
  expectedBytes: number | undefined;
  /** True if a digest verifies the whole file. */
  judged: boolean;
  /** The position must be a multiple of this. */
  alignBytes: number;
}

/** The download of an earlier call, open for writing, if it can be resumed; otherwise `undefined`. */
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
  // Without a digest, only the server of the first bytes can have the same bytes.
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
  // From now on the file holds bytes of two transfers, whatever happens to this call.
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
  // The last byte of a complete file is requested again: the answer shows whether it is still the same file.
  const position = Math.max(0, Math.min(stats.size, readyBytes, sizeBytes - 1));
  return position - (position % alignBytes);
}

/** A power loss may keep only part of the written bytes; the end of a process loses nothing. */
async function isOfThisBoot(staging: Staging): Promise<boolean> {
  const booted = Date.now() - uptime() * 1000;
  const { mtimeMs } = await inCache(staging.downloadJson, 'measure', () =>
    stat(staging.downloadJson),
  );
  return mtimeMs > booted;
}
