import { accessSync, constants, statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imagesDirOf } from './cache.ts';
import { isErrno } from './cache-error.ts';
import { modes } from './modes.ts';

// https://bford.info/cachedir/: the first 43 bytes are what backup programs look for.
const tag = `Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by rootdisk.
# For information about cache directory tags see https://bford.info/cachedir/
`;

const folders: Record<string, number> = {
  '.staging': modes.privateFolder,
  // A lock that another user may take for reading keeps its owner out.
  '.locks': modes.privateFolder,
  // Leases may be taken by users who only read.
  '.leases': modes.folder,
  '.state': modes.folder,
  '.http': modes.folder,
};
const tagName = 'CACHEDIR.TAG';

/** True where nothing is missing, as nearly always. Looks without the thread pool: every call does so, at six small things. */
export function hasFolders(cacheDir: string): boolean {
  const imagesDir = imagesDirOf(cacheDir);
  return (
    isThere(join(imagesDir, tagName)) &&
    Object.entries(folders).every(([name, mode]) => isFolder(join(imagesDir, name), mode))
  );
}

/**
 * Makes what is missing of the cache's folders; what is there keeps its mode, but for a private one that others could
 * enter. Throws the file system's errors.
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
  // For backup programs only, so that nothing fails for want of it; the next call tries again.
  await writeFile(join(imagesDir, tagName), tag, { flag: 'wx' }).catch(() => undefined);
}

/** False where this user may not write, or the file system is read-only. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EROFS')) return false;
    throw error;
  }
}

/** As `mkdir -p`, which in Node calls a read-only file system ENOENT. What lies above the cache follows the umask. */
async function makeParents(path: string): Promise<void> {
  const parent = dirname(path);
  if (parent === path || isThere(parent)) return;
  await makeParents(parent);
  await ignoring('EEXIST', mkdir(parent));
}

function isThere(path: string): boolean {
  return look(() => accessSync(path) ?? true) === true;
}

/** True for a folder that keeps out whom `mode` keeps out. */
function isFolder(path: string, mode: number): boolean {
  const stats = look(() => statSync(path));
  return stats !== undefined && (mode !== modes.privateFolder || (stats.mode & 0o077) === 0);
}

/** What a look gives; `undefined` where nothing is. */
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
  // mkdir takes the umask off, and hypervisors under other users have to read the disks; a file system without modes
  // says EPERM.
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
