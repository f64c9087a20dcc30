import type { FileHandle } from 'node:fs/promises';
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Extents } from '../bytes/extents.ts';
import { imagesDirOf } from '../cache/cache.ts';
import { openCache } from '../cache/cache-folder.ts';
import { readDigestTable } from '../cache/entries/blocks-file.ts';
import { examineEntry } from '../cache/entries/read.ts';
import { parseCacheName } from '../cache/names/cache-name.ts';

/**
 * The recorded extents of a cached disk; `undefined` for any other file, and for a disk that changed since it was
 * published. Node has no call that finds the holes of a file, so any other file is read completely.
 */
export async function recordedExtents(
  given: string,
  handle: FileHandle,
): Promise<Extents | undefined> {
  try {
    const path = await realpath(given);
    const [name, cacheDir] = [basename(path), dirname(dirname(path))];
    if (dirname(path) !== imagesDirOf(cacheDir) || parseCacheName(name) === undefined) return;
    const cache = await openCache(cacheDir, { readOnly: true });
    const { entry } = await examineEntry(cache, name);
    if (entry === undefined) return;
    const { sizeBytes, mtimeMs } = entry.record.disk;
    const { table } = await readDigestTable(entry);
    // The open file may not be the recorded one any more.
    const { size, mtimeMs: changedMs } = await handle.stat();
    if (size !== sizeBytes || changedMs !== mtimeMs) return;
    return table?.extents ?? entry.record.extents;
  } catch {
    // A faulty cache does not matter: the file can still be read.
    return;
  }
}
