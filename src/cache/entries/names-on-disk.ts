import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cache, fileEnds } from '../cache.ts';
import { inCache, isErrno } from '../cache-error.ts';
import { type CacheNameParts, companions, parseCacheName } from '../names/cache-name.ts';

/** A name in the cache and its parsed parts. */
export interface NamedFile {
  name: string;
  parts: CacheNameParts;
  /** Absolute paths of the files of this name in the folder, in the order of `Cache.filesOf`. */
  files: readonly string[];
}

const companionEnd = new RegExp(`\\.(?:${companions.join('|')})$`);

/**
 * Every name that begins with `start` and has a disk or a companion file in the images folder. Opens no file.
 * Comparing the beginning is cheaper than parsing the name.
 */
export async function listNames(cache: Cache, start: string = ''): Promise<NamedFile[]> {
  const all = await listFolder(cache.imagesDir);
  const files = start === '' ? all : all.filter((file) => file.startsWith(start));
  const names = new Set(files.map((file) => file.replace(companionEnd, '')));
  const there = new Set(files);
  return [...names].flatMap((name) => {
    const parts = parseCacheName(name);
    if (parts === undefined) return [];
    const own = fileEnds.map((end) => `${name}${end}`).filter((file) => there.has(file));
    return [{ name, parts, files: own.map((file) => join(cache.imagesDir, file)) }];
  });
}

/** Names in a folder, sorted; empty if the folder does not exist. */
export async function listFolder(path: string): Promise<string[]> {
  return await inCache(path, 'read', async () => {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    }
  });
}
