import { join } from 'node:path';
import type { Log, Warning } from '../contracts/log.ts';
import { CacheError } from '../errors.ts';
import { requireCacheName } from './names/cache-name.ts';

/** Device and inode of a locked file; they differ once the path was recreated. */
export interface FileIdentity {
  dev: bigint;
  ino: bigint;
}

/** An opened cache: where its files are, and which locks were taken through it. From `openCache`. */
export class Cache {
  /** As the caller named it, absolute. */
  readonly cacheDir: string;
  /** `<cacheDir>/images-v1`: the entries themselves. */
  readonly imagesDir: string;
  readonly log: Log;
  /** Tells the caller what went wrong beside a disk that is good; without a listener it goes to the log. */
  readonly warn: (warning: Warning) => void;
  /** Why nothing may be changed although this user can write: locks do not work on this file system. */
  lockless: CacheError | undefined;
  /** The one look at whether locks work. */
  lockCheck: Promise<void> | undefined;
  /** Held name locks by build name; staging and publishing ask for the one they need. */
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

  /** False where this process cannot or may not write: hits are served, nothing is locked or published. */
  get writable(): boolean {
    return this.#writable && this.lockless === undefined;
  }

  /** Absolute path of a disk; throws `ERR_INVALID_REQUEST` for what is no cache name. */
  pathOf(name: string): string {
    requireCacheName(name);
    return join(this.imagesDir, name);
  }
  recordPathOf(name: string): string {
    return `${this.pathOf(name)}.json`;
  }
  /** The download as it came, where it was kept. */
  sourcePathOf(name: string): string {
    return `${this.pathOf(name)}.source`;
  }
  /** Proofs and documents that the entry's trust rests on. */
  evidencePathOf(name: string): string {
    return `${this.pathOf(name)}.evidence`;
  }
  /** The digests of the disk's blocks, and where it holds data. */
  blocksPathOf(name: string): string {
    return `${this.pathOf(name)}.blocks`;
  }
  /** Every file of an entry, the disk first: without it the rest is no entry. */
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

  /** Throws `ERR_CACHE_IO` where nothing can be written. */
  requireWritable(): void {
    if (this.writable) return;
    if (this.lockless !== undefined) throw this.lockless;
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `the cache folder ${this.imagesDir} is read-only for this user`,
      hint: 'Make the cache folder writable, or choose another with cacheDir.',
      details: { path: this.imagesDir, errno: 'EROFS' },
    });
  }
}

/** What the files of an entry add to its name, in the order of `Cache.filesOf`. */
export const fileEnds: readonly string[] = ['', '.source', '.evidence', '.blocks', '.json'];

/** The versioned folder of entries below a cache folder. */
export function imagesDirOf(cacheDir: string): string {
  return join(cacheDir, 'images-v1');
}
