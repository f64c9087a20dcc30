import { join } from 'node:path';
import type { Log, Warning } from '../contracts/log.ts';
import { CacheError } from '../errors.ts';
import { requireCacheName } from './names/cache-name.ts';

/** Device and inode of a locked file; they differ once the path was recreated. */
export interface FileIdentity {
  dev: bigint;
  ino: bigint;
}

/** An opened cache: the paths of its files, and the locks taken through it. Made by `openCache`. */
export class Cache {
  /** The cache folder that the caller named, as an absolute path. */
  readonly cacheDir: string;
  /** `<cacheDir>/images-v1`: the entries themselves. */
  readonly imagesDir: string;
  readonly log: Log;
  /** Reports a problem that does not affect the disk; without a listener the warning goes to the log. */
  readonly warn: (warning: Warning) => void;
  /** Set when locks do not work on this file system: then nothing may be changed, even if this user can write. */
  lockless: CacheError | undefined;
  /** The check whether locks work; it runs once. */
  lockCheck: Promise<void> | undefined;
  /** Held name locks, by build name; staging and publishing require the one they need. */
  readonly held: Map<string, FileIdentity> = new Map();

  readonly #writable: boolean;

  constructor(init: {
    cacheDir: string;
    writable: boolean;
    log: Log;
    warn?: ((warning: Warning) => void) | undefined;
  }) {
    this.cacheDir = init.cacheDir;
    this.imagesDir = imagesDirOf(init.cacheDir);
    this.#writable = init.writable;
    this.log = init.log;
    this.warn = init.warn ?? (({ message }) => init.log({ level: 'warn', message }));
  }

  /** False when this process cannot or may not write: hits are served, nothing is locked or published. */
  get writable(): boolean {
    return this.#writable && this.lockless === undefined;
  }

  /** Absolute path of a disk. Throws `ERR_INVALID_REQUEST` for a text that is not a cache name. */
  pathOf(name: string): string {
    requireCacheName(name);
    return join(this.imagesDir, name);
  }
  recordPathOf(name: string): string {
    return `${this.pathOf(name)}.json`;
  }
  /** Path of the download as it was received, if it was kept. */
  sourcePathOf(name: string): string {
    return `${this.pathOf(name)}.source`;
  }
  /** Path of the proofs and documents that the trust of the entry rests on. */
  evidencePathOf(name: string): string {
    return `${this.pathOf(name)}.evidence`;
  }
  /** Path of the table with the digests of the disk's blocks and its extents. */
  blocksPathOf(name: string): string {
    return `${this.pathOf(name)}.blocks`;
  }
  /** Paths of all files of an entry, the disk first: without the disk the others are not an entry. */
  filesOf(name: string): string[] {
    const path = this.pathOf(name);
    return fileEnds.map((end) => `${path}${end}`);
  }
  stagingPathOf(name: string): string {
    requireCacheName(name);
    return join(this.folder('staging'), name);
  }
  folder(name: 'staging' | 'locks' | 'leases' | 'state' | 'http'): string {
    return join(this.imagesDir, `.${name}`);
  }

  /** Throws `ERR_CACHE_IO` when the cache cannot be written. */
  requireWritable(): void {
    if (this.writable) return;
    if (this.lockless !== undefined) throw this.lockless;
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `the cache folder ${this.imagesDir} is read-only for this user`,
      hint: 'Make the cache folder writable, or choose another with cacheDir (--cache-dir).',
      details: { path: this.imagesDir, errno: 'EROFS' },
    });
  }
}

/** The endings that the files of an entry add to its name, in the order of `Cache.filesOf`. */
export const fileEnds: readonly string[] = ['', '.source', '.evidence', '.blocks', '.json'];

/** The versioned folder of entries below a cache folder. */
export function imagesDirOf(cacheDir: string): string {
  return join(cacheDir, 'images-v1');
}
