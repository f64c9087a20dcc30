import { constants } from 'node:fs';
import { copyFile, type FileHandle, link, lstat, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Cache } from '../cache.ts';
import { isErrno } from '../cache-error.ts';
import { digestBlocks } from '../digest/content-digest.ts';
import type { DigestTable } from '../digest/digest-table.ts';
import { tabulateDisk } from '../digest/hash-disk.ts';
import { requireLock } from '../locks/name-lock.ts';
import { modes } from '../modes.ts';
import type { DiskRecord, RecordDraft } from '../records/image-record.ts';
import type { Staging } from '../staging.ts';
import { lookAt } from './read.ts';

/** A disk that nothing changes any more. */
export interface SealedDisk {
  ready: string;
  disk: DiskRecord;
  table: DigestTable;
  /** Resolves when its bytes are on the device; to be awaited before it gets its name. */
  synced: Promise<void>;
}

/**
 * Takes the staged disk out of everybody's reach under a name of its own, makes it read-only, begins to sync it, and says
 * what is recorded of it. Throws the file system's errors and `CacheError`.
 */
export async function sealDisk(
  cache: Cache,
  staging: Staging,
  name: string,
  draft: RecordDraft,
  from: string,
  signal?: AbortSignal,
): Promise<SealedDisk> {
  const ready = from === staging.download ? staging.sealed : join(staging.dir, 'ready');
  const published = await lookAt(cache.pathOf(name));
  // A whole second comes back exactly when it is restored, whatever the file system rounds to; and it differs from the
  // disk that is being replaced, so that no moment shows the new record with the old file as an entry.
  const now = Math.floor(Date.now() / 1000);
  const mtime = published?.mtimeMs === now * 1000 ? now - 1 : now;
  const { result, synced } = await seal(cache, staging, from, ready, async (handle) => {
    const { virtualSize, sha256 } = draft.disk;
    const { extents } = draft;
    const blocks = draft.disk.blocks ?? (await tabulateDisk(ready, extents, signal)).blocks;
    await handle.utimes(mtime, mtime);
    const { size: sizeBytes, mtimeMs } = await handle.stat();
    const contentDigest = digestBlocks(blocks, sizeBytes);
    const disk = defined({ sizeBytes, mtimeMs, virtualSize, contentDigest, sha256 });
    return { ready, disk, table: { sizeBytes, extents, blocks } };
  });
  return { ...result, synced };
}

/** Seals the download, and tells where it lies. Where the disk is the download itself, the two are one file with two names. */
export async function sealSource(
  cache: Cache,
  staging: Staging,
  ready: string,
  sizeBytes: number,
): Promise<string> {
  const isDisk = ready === staging.sealed;
  const download = isDisk ? join(staging.dir, 'source') : staging.sealed;
  if (isDisk) await linkOrCopy(cache, ready, download);
  else await (await seal(cache, staging, staging.download, download, async () => {})).synced;
  const { size } = await lstat(download);
  if (size !== sizeBytes)
    throw mixedUp(staging, `the download has ${size} bytes, not ${sizeBytes}`);
  return download;
}

/** Not every file system has hard links; a copy takes its room twice. */
async function linkOrCopy(cache: Cache, from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'EMLINK', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EXDEV')) throw error;
    const message = `${cache.imagesDir} takes no hard links, so the kept download is a copy`;
    cache.warn({ code: 'bookkeeping', message });
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const handle = await open(to, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await handle.chmod(modes.disk);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Takes a staged file out of reach, lets `use` complete it, and makes it read-only and synced. */
export async function seal<T>(
  cache: Cache,
  staging: Staging,
  from: string,
  to: string,
  use: (handle: FileHandle) => Promise<T>,
): Promise<{ result: T; synced: Promise<void> }> {
  const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // Held now, so no other process can have been at work in this folder when the file was opened.
    await requireLock(cache, staging.name);
    await rename(from, to);
    const mine = await handle.stat({ bigint: true });
    const moved = await lstat(to, { bigint: true });
    if (!mine.isFile() || mine.dev !== moved.dev || mine.ino !== moved.ino) {
      throw mixedUp(staging, 'another process works in this folder');
    }
    const result = await use(handle);
    await handle.chmod(modes.disk);
    const synced = handle.sync().finally(() => handle.close());
    // Awaited by the caller; the empty handler keeps Node from reporting it earlier.
    synced.catch(() => {});
    return { result, synced };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function mixedUp({ name, dir }: Staging, why: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${name} cannot be published: ${why}`,
    hint: 'Run the call again.',
    details: { path: dir },
  });
}
