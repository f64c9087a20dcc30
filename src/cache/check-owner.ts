import { lstatSync, type Stats, statSync } from 'node:fs';
import { CacheError } from '../errors.ts';
import { isErrno } from './cache-error.ts';

/**
 * Refuses a cache that another user controls: a user who can write into the folder chooses which disk a machine
 * boots. Returns false when the images folder does not exist yet. Synchronous: the two calls cost less than one trip
 * through the thread pool.
 */
export function checkOwner(cacheDir: string, imagesDir: string): boolean {
  // The owner of the parent folder can replace the folder below it. A sticky bit (as on /tmp) prevents this, but only
  // in the parent.
  checkFolder(cacheDir, 'parent');
  return checkFolder(imagesDir, 'images');
}

function checkFolder(path: string, role: 'parent' | 'images'): boolean {
  const link = statOf(path, lstatSync);
  if (link === undefined) return false;
  if (link.isSymbolicLink()) checkUser(path, link);
  const target = link.isSymbolicLink() ? statOf(path, statSync) : link;
  if (target === undefined)
    throw refused(path, 'is a symbolic link whose target is missing', 'Remove the link.');
  if (!target.isDirectory())
    throw refused(
      path,
      'is not a folder',
      'Choose another cache folder with cacheDir (--cache-dir), or move this file away.',
    );
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
  const hint =
    'Use a cache folder of your own (cacheDir, --cache-dir), or change its owner with chown.';
  throw refused(path, `belongs to another user (uid ${uid})`, hint);
}

function statOf(path: string, look: (path: string) => Stats): Stats | undefined {
  try {
    return look(path);
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
