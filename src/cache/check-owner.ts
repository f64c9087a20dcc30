import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { CacheError } from '../errors.ts';
import { isErrno } from './cache-error.ts';

/**
 * Refuses a cache that another user controls: a user who can write into the folder chooses which disk a machine boots.
 * False when the images folder does not exist yet.
 */
export async function checkOwner(cacheDir: string, imagesDir: string): Promise<boolean> {
  // Who owns the parent can swap the folder below it. A sticky bit (as on /tmp) prevents that in the parent only.
  await checkFolder(cacheDir, 'parent');
  return await checkFolder(imagesDir, 'images');
}

async function checkFolder(path: string, role: 'parent' | 'images'): Promise<boolean> {
  const link = await statOf(path, lstat);
  if (link === undefined) return false;
  if (link.isSymbolicLink()) checkUser(path, link);
  const target = await statOf(path, stat);
  if (target === undefined)
    throw refused(path, 'is a symbolic link to nothing', 'Remove the link.');
  if (!target.isDirectory()) throw refused(path, 'is not a folder', 'Move it away.');
  checkUser(path, target);
  const sticky = role === 'parent' && (target.mode & 0o1000) !== 0;
  if ((target.mode & 0o002) !== 0 && !sticky) {
    throw refused(path, 'can be written by every user', `Run: chmod o-w ${path}`);
  }
  return true;
}

function checkUser(path: string, { uid }: Stats): void {
  const self = process.geteuid?.();
  if (self === undefined || uid === self || uid === 0) return;
  const hint = 'Use a cache folder of your own, or have it given to you with chown.';
  throw refused(path, `belongs to another user (uid ${uid})`, hint);
}

async function statOf(
  path: string,
  look: (path: string) => Promise<Stats>,
): Promise<Stats | undefined> {
  try {
    return await look(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function refused(path: string, why: string, hint: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `the cache folder ${path} ${why}; it is not safe to use`,
    hint,
    details: { path },
  });
}
