import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { modes } from '../cache/modes.ts';
import { replaceFile } from '../cache/replace-file.ts';
import { CacheError } from '../errors.ts';
import { formatLockFile } from './format.ts';
import { holdLockFile } from './hold-lock-file.ts';
import type { LockEntry, LockFile } from './lock-file.ts';
import { findLockFile } from './read-lock-file.ts';

/**
 * Changes the images of a lock file. It reads the file again under its lock, so that changes by another call are
 * kept, and replaces it by rename. Writes nothing if the content stays the same. A link is followed: its target is
 * replaced and keeps its mode.
 */
export async function changeLockFile(
  path: string,
  change: (images: readonly LockEntry[]) => LockEntry[],
  signal?: AbortSignal,
): Promise<LockFile> {
  const place = await realpath(path).catch(() => path);
  return await holdLockFile(place, signal, async () => {
    const before = await findLockFile(path);
    const after = { ...before, images: change(before?.images ?? []) };
    const text = formatLockFile(after);
    if (before !== undefined && text === formatLockFile(before)) return before;
    try {
      const mode = before === undefined ? modes.file : (await stat(place)).mode & 0o777;
      const temporary = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
      await replaceFile(place, temporary, text, async () => {}, mode);
    } catch (cause) {
      throw new CacheError({
        code: 'ERR_CACHE_IO',
        message: `cannot write the lock file ${path}: ${cause instanceof Error ? cause.message : cause}`,
        hint: 'Make its folder writable, or name another file with lockfile (--lockfile).',
        details: { path },
        cause,
      });
    }
    return after;
  });
}
