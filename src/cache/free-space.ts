import type { Stats } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { inCache } from './cache-error.ts';

/** Bytes that this user can still write on the file system of a folder. Throws `ERR_CACHE_IO`. */
export async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await inCache(dir, 'measure', () => statfs(dir));
  return bavail * bsize;
}

/** Bytes that a file occupies; `stat` counts in units of 512 on every platform. */
export function allocatedBytes({ blocks }: Pick<Stats, 'blocks'>): number {
  return blocks * 512;
}

/** Bytes that files occupy together; a file with two names, such as a disk that is its own download, counts once. */
export function allocatedTogether(files: readonly Pick<Stats, 'dev' | 'ino' | 'blocks'>[]): number {
  const once = new Map(files.map((stats) => [`${stats.dev}:${stats.ino}`, stats]));
  return [...once.values()].reduce((sum, stats) => sum + allocatedBytes(stats), 0);
}
