import { accessSync, constants, statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imagesDirOf } from './cache.ts';
import { isErrno } from './cache-error.ts';
import { modes } from './modes.ts';

// https://bford.info/cachedir/: backup programs check the first 43 bytes.
const tag = `Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by rootdisk.
# For information about cache directory tags see https://bford.info/cachedir/
`;

const folders: Record<string, number> = {
  '.staging': modes.privateFolder,
  // Private: another user who could take a read lock would block the owner.
  '.locks': modes.privateFolder,
  // Readable: users who only read also take leases.
  '.leases': modes.folder,
  '.state': modes.folder,
  '.http': modes.folder,
};
const tagName = 'CACHEDIR.TAG';

/** True if no folder is missing, the usual case. Synchronous: every call makes these six small checks. */
export function hasFolders(cacheDir: string): boolean {
  const imagesDir = imagesDirOf(cacheDir);
  return (
    isThere(join(imagesDir, tagName)) &&
    Object.entries(folders).every(([name, mode]) => isFolder(join(imagesDir, name), mode))
  );
}

/**
 * Creates the missing folders of the cache. Existing folders keep their mode, except a private one that others could
 * enter. Throws file system errors.
 */
export async function makeFolders(cacheDir: string): Promise<void> {
  const imagesDir = imagesDirOf(cacheDir);
  await makeParents(cacheDir);
  await makeFolder(cacheDir, modes.folder);
  await makeFolder(imagesDir, modes.folder);
  for (const [name, mode] of Object.entries(folders)) {
    const path = join(imagesDir, name);
    await makeFolder(path, mode);
    if (!isFolder(path, mode)) await ignoring('EPERM', chmod(path, mode));
  }
  // Only backup programs need it, so a failure is ignored; the next call tries again.
  await writeFile(join(imagesDir, tagName), tag, { flag: 'wx' }).catch(() => undefined);
}

/** False if this user may not write, or the file system is read-only. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EROFS')) return false;
    throw error;
  }
}

/**
 * Like `mkdir -p`, but a read-only file system gives its real error: Node reports ENOENT. Folders above the cache
 * follow the umask.
 */
async function makeParents(path: string): Promise<void> {
  const parent = dirname(path);
  if (parent === path || isThere(parent)) return;
  await makeParents(parent);
  await ignoring('EEXIST', mkdir(parent));
}

function isThere(path: string): boolean {
  return look(() => accessSync(path) ?? true) === true;
}

/** True for a folder that is at least as private as `mode`. */
function isFolder(path: string, mode: number): boolean {
  const stats = look(() => statSync(path));
  return stats !== undefined && (mode !== modes.privateFolder || (stats.mode & 0o077) === 0);
}

/** The result of `step`; `undefined` if the path does not exist. */
function look<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function makeFolder(path: string, mode: number): Promise<void> {
  const made = mkdir(path, { mode }).then(() => true);
  if ((await ignoring('EEXIST', made)) !== true) return;
  // mkdir applies the umask, but hypervisors under other users must read the disks. A file system without modes gives
  // EPERM.
  await ignoring('EPERM', chmod(path, mode));
}

async function ignoring<T>(code: string, step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (isErrno(error, code)) return undefined;
    throw error;
  }
}
