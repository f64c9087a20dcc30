import { constants } from 'node:fs';
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imagesDirOf } from './cache.ts';
import { isErrno } from './cache-error.ts';

// https://bford.info/cachedir/: the first 43 bytes are what backup programs look for.
const tag = `Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by rootdisk.
# For information about cache directory tags see https://bford.info/cachedir/
`;

const folders = ['.staging', '.locks', '.leases', '.state', '.http'];
const tagName = 'CACHEDIR.TAG';

/** True where nothing is missing, as nearly always; looks at everything at once. */
export async function hasFolders(cacheDir: string): Promise<boolean> {
  const imagesDir = imagesDirOf(cacheDir);
  const found = await Promise.all(
    [...folders, tagName].map((name) => isThere(join(imagesDir, name))),
  );
  return !found.includes(false);
}

/** Makes what is missing of the cache's folders; what is there keeps its mode. Throws the file system's errors. */
export async function makeFolders(cacheDir: string): Promise<void> {
  const imagesDir = imagesDirOf(cacheDir);
  await makeParents(cacheDir);
  await makeFolder(cacheDir, 0o755);
  await makeFolder(imagesDir, 0o755);
  // Other users must not see unverified bytes; leases may be taken by users who only read.
  for (const name of folders) {
    await makeFolder(join(imagesDir, name), name === '.staging' ? 0o700 : 0o755);
  }
  // For backup programs only, so that nothing fails for want of it; the next call tries again.
  await writeFile(join(imagesDir, tagName), tag, { flag: 'wx' }).catch(() => undefined);
}

/** False where this user may not write, or the file system is read-only. */
export async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EROFS')) return false;
    throw error;
  }
}

/** As `mkdir -p`, which in Node calls a read-only file system ENOENT. What lies above the cache follows the umask. */
async function makeParents(path: string): Promise<void> {
  const parent = dirname(path);
  if (parent === path || (await isThere(parent))) return;
  await makeParents(parent);
  await ignoring('EEXIST', mkdir(parent));
}

async function isThere(path: string): Promise<boolean> {
  return (
    (await ignoring(
      'ENOENT',
      access(path).then(() => true),
    )) === true
  );
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
