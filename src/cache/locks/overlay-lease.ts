import { hash } from 'node:crypto';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecord, parseText } from '../../kit/records.ts';
import type { Cache } from '../cache.ts';
import { inCache, isErrno } from '../cache-error.ts';
import { listFolder } from '../entries/names-on-disk.ts';
import { modes } from '../modes.ts';
import { readSmallFile } from '../read-small-file.ts';
import { readBackingName } from './backing-name.ts';
import { leasePath } from './lease.ts';

/** The content of such a lease: the overlay, and the path by which it names the disk as its backing file. */
interface OverlayLease {
  /** Absolute path. */
  overlay: string;
  backing: string;
}

/** A lease younger than this is not removed: its overlay may not be in place yet. */
const sweepAfterMs = 60 * 60 * 1000;

/**
 * Records that an overlay needs a disk of the cache for as long as the overlay exists, also after this process ends.
 * The caller leases the disk until the overlay is in place. Throws `ERR_CACHE_IO` if the cache cannot be written.
 */
export async function leaseForOverlay(
  cache: Cache,
  name: string,
  lease: OverlayLease,
): Promise<void> {
  cache.requireWritable();
  const folder = overlaysFolder(cache, name);
  const path = join(folder, fileOf(lease.overlay));
  await inCache(path, 'write', async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, modes.folder);
    await sweep(folder);
    await writeFile(path, `${JSON.stringify({ schema: 1, ...lease })}\n`);
    await chmod(path, modes.file);
  });
}

/**
 * Absolute paths of the overlays that have a disk of the cache as their backing file. An overlay that was deleted,
 * moved or replaced by another file does not count; an unreadable one does.
 */
export async function overlaysOf(cache: Cache, name: string): Promise<string[]> {
  const folder = overlaysFolder(cache, name);
  const found: string[] = [];
  for (const file of await listFolder(folder)) {
    const lease = await readLease(join(folder, file));
    if (lease !== undefined && (await isInUse(lease))) found.push(lease.overlay);
  }
  return found.sort();
}

/** Removes the overlay leases of a disk together with the disk. The caller holds its lease exclusively. */
export async function removeOverlayLeases(cache: Cache, name: string): Promise<void> {
  const folder = overlaysFolder(cache, name);
  await inCache(folder, 'remove', () => rm(folder, { recursive: true, force: true }));
}

/** A folder beside the lease file, created for the first overlay; no cache name has this ending. */
function overlaysFolder(cache: Cache, name: string): string {
  return `${leasePath(cache, name)}.overlays`;
}

function fileOf(overlay: string): string {
  return `${hash('sha256', overlay).slice(0, 32)}.json`;
}

async function isInUse({ overlay, backing }: OverlayLease): Promise<boolean> {
  try {
    return (await readBackingName(overlay)) === backing;
  } catch (error) {
    if (!isErrno(error)) throw error;
    return !isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP');
  }
}

/** `undefined` for a lease that was removed meanwhile or that a killed process left half written. */
async function readLease(path: string): Promise<OverlayLease | undefined> {
  const text = await readSmallFile(path);
  try {
    const { overlay, backing } = parseRecord(JSON.parse(text ?? ''), 'lease');
    return { overlay: parseText(overlay, 'overlay'), backing: parseText(backing, 'backing') };
  } catch {
    return undefined;
  }
}

/** A disk outlives the machines on it: a new lease removes the leases of overlays that no longer exist. */
async function sweep(folder: string): Promise<void> {
  for (const file of await listFolder(folder)) {
    const path = join(folder, file);
    const lease = await readLease(path);
    if (lease !== undefined && (await isInUse(lease))) continue;
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > sweepAfterMs) {
      await rm(path, { force: true });
    }
  }
}
