import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Log, Warning } from '../contracts/log.ts';
import { CacheError, UsageError } from '../errors.ts';
import { Cache, imagesDirOf } from './cache.ts';
import { isErrno, whileOpening } from './cache-error.ts';
import { checkOwner } from './check-owner.ts';
import { hasFolders, isWritable, makeFolders } from './make-folders.ts';

export type { Cache } from './cache.ts';

/**
 * The platform's cache folder: `$XDG_CACHE_HOME/rootdisk` or `~/.cache/rootdisk`, on macOS
 * `~/Library/Caches/rootdisk`. Throws `ERR_INVALID_REQUEST` when `HOME` is not an absolute path, `ERR_CACHE_IO` for a
 * user without a home.
 */
export function defaultCacheDir(): string {
  if (process.platform === 'darwin') return join(home(), 'Library', 'Caches', 'rootdisk');
  const xdg = process.env['XDG_CACHE_HOME'];
  // The XDG Base Directory Specification says that relative paths are ignored.
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home(), '.cache');
  return join(base, 'rootdisk');
}

/**
 * Opens the cache below `cacheDir` and creates missing folders. With `readOnly`, or if this user cannot write, it
 * creates nothing; existing entries are still served. Throws `ERR_CACHE_IO` for a folder that another user controls.
 */
export async function openCache(
  cacheDir: string,
  options: {
    readOnly?: boolean | undefined;
    log?: Log | undefined;
    warn?: ((warning: Warning) => void) | undefined;
  } = {},
): Promise<Cache> {
  requireFolder(cacheDir);
  const dir = resolve(cacheDir);
  const imagesDir = imagesDirOf(dir);
  const log = options.log ?? (() => undefined);
  return await whileOpening(imagesDir, async () => {
    // A hit makes all its system calls synchronously; this lets timers and sockets of the process run between two
    // hits.
    await setImmediate();
    // Checked before and after creating the folders: another user may have created one in between.
    checkOwner(dir, imagesDir);
    let writable = options.readOnly !== true;
    if (writable && !hasFolders(dir)) {
      try {
        await makeFolders(dir);
      } catch (error) {
        if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
        if (!checkOwner(dir, imagesDir)) throw error;
        writable = false;
        log({ level: 'debug', message: `the cache folder ${imagesDir} is read-only` });
      }
      checkOwner(dir, imagesDir);
    }
    if (writable) writable = isWritable(imagesDir);
    return new Cache({ cacheDir: dir, writable, log, warn: options.warn });
  });
}

/** The folder named by `HOME`, else the home folder known to the system. */
function home(): string {
  let dir: string;
  try {
    dir = homedir();
  } catch (cause) {
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: 'this user has no home folder, so there is no default cache folder',
      hint: 'Name a cache folder with cacheDir (--cache-dir).',
      details: {},
      cause,
    });
  }
  // A relative path would put the cache into whatever folder the program runs in.
  if (isAbsolute(dir)) return dir;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `HOME is ${JSON.stringify(dir)}, which is not an absolute path, so there is no default cache folder`,
    hint: 'Set HOME to the home folder of this user, or name a cache folder with cacheDir (--cache-dir).',
    details: { field: 'HOME', value: dir },
  });
}

function requireFolder(cacheDir: string): void {
  if (cacheDir !== '') return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'cacheDir is empty',
    hint: 'Name a cache folder with cacheDir (--cache-dir), or leave it out for the default one.',
    details: { field: 'cacheDir', value: '' },
  });
}
