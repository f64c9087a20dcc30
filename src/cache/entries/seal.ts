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

/** A disk that no process changes any more. */
export interface SealedDisk {
  ready: string;
  disk: DiskRecord;
  table: DigestTable;
  /** Resolves when the bytes are on the device; await it before renaming the disk to its final name. */
  synced: Promise<void>;
}

/**
 * Renames the staged disk to a private name, makes it read-only, starts to sync it, and returns the values that its
 * record needs. Throws file system errors and `CacheError`.
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
  // A whole second, because every file system can store and restore it exactly. It differs from the mtime of the disk
  // being replaced, so the new record never matches the old file.
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

/** Seals the download and returns its path. If the disk is the download itself, both are one file with two names. */
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

/** Not every file system has hard links; a copy needs the space twice. */
async function linkOrCopy(cache: Cache, from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'EMLINK', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EXDEV')) throw error;
    const message = `${cache.imagesDir} does not support hard links, so the kept download is a copy`;
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

/** Renames a staged file to a private name, lets `use` complete it, then makes it read-only and syncs it. */
export async function seal<T>(
  cache: Cache,
  staging: Staging,
  from: string,
  to: string,
  use: (handle: FileHandle) => Promise<T>,
): Promise<{ result: T; synced: Promise<void> }> {
  const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // The lock is held now, so no other process can have worked in this folder since the file was opened.
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
